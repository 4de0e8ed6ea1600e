import { expect } from 'chai';
import { describe, it } from 'mocha';
import { bisect, endText, type Side } from './bisect-search.ts';

const versions = ['1.29.6', '1.31.0', '1.32.2', '1.33.13', '1.34.0', '1.35.4', '1.36.3', '1.37.2'];

/** Judges by a table; what stands in a list is given out one after the other, its last for ever. */
function judging(table: Readonly<Record<string, readonly (Side | undefined)[]>>) {
  const asked: string[] = [];
  const judge = (version: string) => {
    const answers = table[version] ?? [];
    const told = asked.filter((one) => one === version).length;
    asked.push(version);
    return Promise.resolve({ side: answers[Math.min(told, answers.length - 1)], told: version });
  };
  return { asked, judge };
}
const sidesFrom = (first: string, before: Side, after: Side) =>
  Object.fromEntries(
    versions.map((version) => [version, [versions.indexOf(version) < versions.indexOf(first) ? before : after]]),
  );

describe('bisect', () => {
  it('finds the boundary by halves, wherever it is, and judges both of its sides twice', async () => {
    for (const [index, first] of versions.entries()) {
      if (index === 0) continue;
      const { asked, judge } = judging(sidesFrom(first, 'bad', 'good'));
      const end = await bisect(versions, judge);
      expect(end).to.deep.equal({ kind: 'boundary', last: versions[index - 1], first, before: 'bad' });
      expect(asked.slice(-2)).to.deep.equal([versions[index - 1], first]);
      expect(asked.length, first).to.be.at.most(2 + 3 + 2);
    }
    const end = await bisect(versions, judging(sidesFrom('1.34.0', 'bad', 'good')).judge);
    expect(endText(end)).to.equal('bad up to 1.33.13, good from 1.34.0');
    const other = await bisect(versions, judging(sidesFrom('1.32.2', 'good', 'bad')).judge);
    expect(endText(other)).to.equal('good up to 1.31.0, bad from 1.32.2');
  });

  it('finds none where both ends are on one side', async () => {
    const { asked, judge } = judging(sidesFrom('1.29.6', 'bad', 'good'));
    expect(endText(await bisect(versions, judge))).to.equal('no boundary: both ends are good');
    expect(asked).to.have.length(2);
  });

  it('goes round a release that cannot be judged, after a second try', async () => {
    const table = {
      ...sidesFrom('1.35.4', 'bad', 'good'),
      '1.34.0': [undefined, 'bad' as const],
      '1.36.3': [undefined],
    };
    const { asked, judge } = judging(table);
    expect(endText(await bisect(versions, judge))).to.equal('bad up to 1.34.0, good from 1.35.4');
    expect(asked.filter((version) => version === '1.36.3')).to.have.length(2);
  });

  it('is undecided where an end, all between, or a repeat does not tell', async () => {
    const without = (...silent: readonly string[]) => ({
      ...sidesFrom('1.34.0', 'bad', 'good'),
      ...Object.fromEntries(silent.map((version) => [version, [undefined]])),
    });
    expect(endText(await bisect(versions, judging(without('1.37.2')).judge))).to.match(/undecided: 1\.37\.2, an end/);
    expect(endText(await bisect(versions.slice(3, 6), judging(without('1.34.0')).judge))).to.match(
      /between 1\.33\.13 \(bad\) and 1\.35\.4 \(good\) no release/,
    );
    const moody = { ...sidesFrom('1.34.0', 'bad', 'good'), '1.33.13': ['bad', 'good'] as const };
    expect(endText(await bisect(versions, judging(moody).judge))).to.match(/1\.33\.13 was bad and the next time good/);
    expect((await bisect(['1.34.0'], judging({}).judge)).kind).to.equal('undecided');
  });
});
