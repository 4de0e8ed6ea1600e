import { expect } from 'chai';
import { describe, it } from 'mocha';
import { ownTags } from './known-tags.ts';
import { parseTags } from './tags.ts';

const known = { udp: 'UDP', race: 'race', slow: 'slow', conntrack: 'rows', nodeport: 'NodePort' };
const matches = (expression: string, ...tags: string[]) => parseTags(expression, known)(tags);
const error = (expression: string): string => {
  try {
    parseTags(expression, known);
  } catch (thrown) {
    return (thrown as Error).message;
  }
  throw new Error(`${expression} was accepted`);
};

describe('tag expressions', () => {
  const truths: readonly (readonly [string, readonly string[], boolean])[] = [
    ['udp', ['udp'], true],
    ['udp', ['race'], false],
    ['UDP', ['udp'], true],
    ['!udp', ['race'], true],
    ['not udp', ['udp'], false],
    ['udp && slow', ['udp'], false],
    ['udp and slow', ['udp', 'slow'], true],
    ['udp || race', ['race'], true],
    ['udp OR race', ['race'], true],
    // not binds tighter than and, and tighter than or
    ['!udp && race || slow', ['udp', 'slow'], true],
    ['race || udp && slow', ['race'], true],
    ['(race || udp) && slow', ['race'], false],
    ['conntrack && !slow && (udp || /node.*/)', ['conntrack', 'nodeport'], true],
    ['conntrack && !slow && (udp || /node.*/)', ['conntrack', 'slow', 'udp'], false],
    ['/^NODE/i', ['nodeport'], true],
    ['!!udp', ['udp'], true],
  ];
  for (const [expression, tags, expected] of truths)
    it(`${expression} on [${tags.join(' ')}] is ${expected}`, () =>
      expect(matches(expression, ...tags)).to.equal(expected));

  it('lists the known tags with descriptions when one is unknown, and suggests the nearest', () => {
    expect(error('conntrac && udp')).to.match(/unknown tag conntrac \(did you mean conntrack\?\)/);
    expect(error('conntrac')).to.include('nodeport   NodePort');
    expect(error('/nothing/')).to.include('matches no known tag');
  });

  it('says where an expression is broken', () => {
    expect(error('')).to.include('expected a tag at position 1');
    expect(error('udp &&')).to.include('expected a tag at position 7');
    expect(error('(udp')).to.include('expected ) at position 5');
    expect(error('udp race')).to.include('expected && or || or the end at position 5');
    expect(error('udp & race')).to.include('unexpected & at position 5');
    expect(error('udp)')).to.include('at position 4');
    expect(error('/a|/')).to.include('an alternative is empty');
  });

  it('knows no prototype property as a tag', () => {
    expect(error('constructor')).to.include('unknown tag');
  });

  it('describes every tag of all areas', () => {
    for (const [tag, meaning] of Object.entries(ownTags)) {
      expect(tag).to.match(/^[a-z0-9][a-z0-9.-]*$/);
      expect(meaning).to.not.equal('');
    }
  });
});
