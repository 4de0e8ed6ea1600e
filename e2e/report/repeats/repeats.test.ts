import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Verdict } from '../../harness/run/result-schema.ts';
import { attemptLine, runEnd, runStart, specInfo } from '../result-fixture.ts';
import { recordOfLines } from '../run-record.ts';
import { repeatsOf } from './repeat-data.ts';
import { repeatPage } from './repeat-page.ts';

const [first, second] = [specInfo('udp/first'), specInfo('udp/second')];

/** One run; each pass is the verdicts of the two specs, undefined where the run ended before one. */
function runWith(wall: string, ...passes: readonly (readonly (Verdict | undefined)[])[]) {
  const attempts = passes.flatMap((verdicts, index) =>
    verdicts.flatMap((verdict, which) => {
      if (verdict === undefined) return [];
      const startedAt = index * 10_000;
      const measures = [{ name: 'loss window', value: index * 10, unit: 'ms', bound: 1000 }];
      const [spec, repetition, endedAt] = [[first, second][which] ?? first, index + 1, startedAt + 4000 + which * 1000];
      return [attemptLine(verdict, { spec, repetition, startedAt, endedAt, measures })];
    }),
  );
  return recordOfLines([runStart([first, second], { wall, run: wall }), ...attempts, runEnd()]);
}

describe('repeats', () => {
  it('counts passes in a row over runs; a pass with a bad or a missing verdict breaks the row', () => {
    const late = runWith('2026-11-21T03:00:00.000Z', ['pass', 'expected-fail'], ['pass', 'skip'], ['pass', undefined]);
    const early = runWith('2026-11-21T02:00:00.000Z', ['pass', 'pass'], ['pass', 'inconclusive'], ['pass', 'pass']);
    const [repeats] = repeatsOf([late, early]);
    expect(repeats?.passes.map(({ good }) => good)).to.deep.equal([true, false, true, true, true, false]);
    expect(repeats?.inARow).to.equal(3);
    expect(repeats?.passes.map(({ ms }) => ms)).to.deep.equal([5000, 5000, 5000, 5000, 5000, 4000]);
    expect(repeats?.passes[1]?.began).to.equal('2026-11-21T02:00:10.000Z');
  });

  it('has nothing for a run without a first line, and one group for each subject and family', () => {
    const other = recordOfLines([
      runStart([first], { facts: { family: 'ipv6' } }),
      attemptLine('pass', { spec: first }),
      runEnd(),
    ]);
    const [lost, known] = [recordOfLines([attemptLine('pass')]), runWith('2026-11-21T02:00:00.000Z', ['pass', 'pass'])];
    expect(repeatsOf([lost])).to.deep.equal([]);
    expect(repeatsOf([other, known]).map(({ family }) => family)).to.have.members(['ipv4', 'ipv6']);
  });

  it('is told with what was counted, how far measures went, and text that cannot break the table', () => {
    const [repeats] = repeatsOf([runWith('2026-11-21T02:00:00.000Z', ['pass', 'pass'], ['pass', 'fail'])]);
    const page = repeatPage(repeats!, { kernel: '6 | 18' });
    expect(page).to.contain('1 of 2 passes as expected, 1 of them in a row; a pass took 5.0 s to 5.0 s');
    expect(page).to.contain('| loss window | ms | 1000 | 4 | 2 | 0 | 10 | 10 |');
    expect(page).to.contain('| udp/second | 2 | 1 pass, 1 fail | 5.0 s | 5.0 s |');
    expect(page).to.contain('6 \\| 18');
  });
});
