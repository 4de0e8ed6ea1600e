import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { oneArea } from '../area/testdata/one-area.ts';
import type { Options } from './options/schema.ts';
import { select as selectFrom, shuffle } from './select.ts';
import type { RegisteredSpec } from './spec.ts';

const select = (specs: readonly RegisteredSpec[], options: Options, unfinished?: ReadonlySet<string>) =>
  selectFrom(specs, options, oneArea.tags, unfinished);
const specOf = (name: string, ...tags: string[]): RegisteredSpec => ({
  meta: {
    id: `udp/${name}`,
    title: `title of ${name}`,
    claim: 'It MUST.',
    tags: ['udp', ...tags],
    timeout: 1,
    refs: [],
    judges: 'none',
  },
  body: () => Promise.resolve(),
  file: '/x.spec.ts',
});
const all = [specOf('a'), specOf('b', 'slow'), specOf('c', 'conntrack'), specOf('ab', 'conntrack', 'slow')];
const names = (options: Options, unfinished?: ReadonlySet<string>) =>
  select(all, options, unfinished).specs.map((spec) => spec.meta.id.slice(4));

describe('selection', () => {
  it('anchors patterns on the id and on the full title, each by itself', () => {
    expect(names({ focus: ['^udp/a$'] })).to.deep.equal(['a']);
    expect(names({ focus: ['^udp title of a \\['] })).to.deep.equal(['a']);
    expect(names({ focus: ['a$', 'of c'] })).to.deep.equal(['a', 'c']);
    expect(names({ grep: '\\[conntrack\\]' })).to.deep.equal(['c', 'ab']);
    expect(names({ grep: '/TITLE OF AB/i' })).to.deep.equal(['ab']);
  });

  it('applies every filter, and the one that removed the last is named', () => {
    expect(names({ tags: ['conntrack', '!slow'] })).to.deep.equal(['c']);
    expect(names({ tags: ['conntrack'], skip: ['ab'] }, new Set(['udp/c', 'udp/ab']))).to.deep.equal(['c']);
    expect(() => names({ tags: ['conntrack'], skip: ['ab', 'udp/c'] })).to.throw(
      /--skip udp\/c removed the last 1 of 4/,
    );
    expect(() => names({}, new Set(['udp/gone']))).to.throw(/--rerun-failed removed the last 4 of 4/);
    expect(() => select([], {})).to.throw('no spec files were found');
  });

  it('leaves nightly specs out until the tag or the id is named', () => {
    const some = [specOf('a', 'conntrack'), specOf('long', 'conntrack', 'nightly')];
    const ids = (options: Options, unfinished?: ReadonlySet<string>) =>
      select(some, options, unfinished).specs.map((spec) => spec.meta.id);
    expect(ids({ grep: 'conntrack' })).to.deep.equal(['udp/a']);
    expect(select(some, {}).leftOut.map((spec) => spec.meta.id)).to.deep.equal(['udp/long']);
    expect(select(some, { skip: ['long'] }).leftOut).to.deep.equal([]);
    for (const options of [
      { nightly: true },
      { tags: ['nightly'] },
      { grep: '^udp/long$' },
      { focus: ['udp/a', 'udp/long'] },
    ])
      expect(ids(options), JSON.stringify(options)).to.include('udp/long');
    expect(ids({ tags: ['!nightly'] })).to.deep.equal(['udp/a']);
    expect(ids({}, new Set(['udp/long']))).to.deep.equal(['udp/long']);
    expect(() => ids({ grep: 'title of long' })).to.throw('the last 1 of 2 are nightly ones, which --nightly brings');
  });

  it('keeps definition order without a seed, and gives a seed of its own for random', () => {
    expect(select(all, {}).seed).to.equal(0);
    expect(names({})).to.deep.equal(['a', 'b', 'c', 'ab']);
    expect(select(all, { seed: 'random' }).seed).to.be.above(0);
    expect(select(all, { seed: '9' }).seed).to.equal(9);
  });

  it('shuffles into permutations, and shards partition whatever the numbers (500 cases)', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 31 }), fc.integer({ min: 1, max: 9 }), (seed, of) => {
        const items = Array.from({ length: 30 }, (_, index) => index);
        expect([...shuffle(items, seed)].sort((a, b) => a - b)).to.deep.equal(items);
        const many = items.map((index) => specOf(`s${index}`));
        const parts = Array.from(
          { length: of },
          (_, part) => select(many, { seed: String(seed), shard: `${part + 1}/${of}` }).specs,
        );
        expect(new Set(parts.flat()).size).to.equal(30);
        expect(parts.flat().length).to.equal(30);
      }),
      { numRuns: 500 },
    );
  });

  it('spreads a shuffle: each of 5 items comes first about as often', () => {
    const firsts = new Map<number, number>();
    for (let seed = 1; seed <= 5000; seed++) {
      const [first = -1] = shuffle([0, 1, 2, 3, 4], seed);
      firsts.set(first, (firsts.get(first) ?? 0) + 1);
    }
    for (const count of firsts.values()) expect(count).to.be.within(850, 1150);
  });
});
