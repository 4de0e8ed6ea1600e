import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Verdict } from '../harness/run/result-schema.ts';
import { attemptLine, runEnd, runStart, specInfo } from '../report/result-fixture.ts';
import { recordOfLines, type RunRecord } from '../report/run-record.ts';
import { calmEnd, loadedEnd } from './flake-exit.ts';
import { samplesOf } from './flake-samples.ts';

function loaded(exit: number | undefined, verdicts: readonly Verdict[], end: object | null = {}) {
  const attempts = verdicts.map((verdict, index) => attemptLine(verdict, { repetition: index + 1 }));
  const last = end === null ? [] : [runEnd(end)];
  const run: RunRecord = recordOfLines([runStart([specInfo()]), ...attempts, ...last]);
  return { exit, run, samples: samplesOf(run, 'hogs'), wrong: 0, knownBad: false, limited: false };
}

describe('the end of flake', () => {
  it('is that of the calm run when it went wrong', () => {
    expect(calmEnd(0, false)).to.equal(undefined);
    expect(calmEnd(1, true)).to.equal(undefined);
    expect(calmEnd(1, false)?.code).to.equal(1);
    expect(calmEnd(2, true)?.code).to.equal(2);
    expect(calmEnd(64, false)).to.deep.equal({
      ...{ code: 64, reason: 'the run on the calm machine ended with 64, expected 0' },
    });
    expect(calmEnd(undefined, false)?.code).to.equal(2);
  });

  it('is good when nothing was wrong, and an attempt explains why the run says 2', () => {
    expect(loadedEnd(loaded(0, ['pass', 'pass']))).to.equal(undefined);
    expect(loadedEnd(loaded(2, ['pass', 'inconclusive']))).to.equal(undefined);
    expect(loadedEnd({ ...loaded(1, ['fail']), knownBad: true })).to.equal(undefined);
  });

  it('is bad when the run died, was interrupted, or ended otherwise than its verdicts say', () => {
    expect(loadedEnd(loaded(139, ['pass'], null))?.code).to.equal(2);
    expect(loadedEnd(loaded(undefined, ['pass']))?.code).to.equal(2);
    expect(loadedEnd(loaded(130, ['pass']))?.code).to.equal(130);
    expect(loadedEnd(loaded(64, []))?.code).to.equal(64);
    expect(loadedEnd(loaded(0, []))?.code).to.equal(2);
    expect(loadedEnd(loaded(2, ['pass', 'pass']))?.reason).to.contain('which no verdict explains');
    expect(loadedEnd(loaded(1, ['pass']))?.code).to.equal(1);
    expect(loadedEnd({ ...loaded(0, ['fail']), wrong: 1 })?.code).to.equal(1);
  });

  it('asks for every repeat, unless --run-timeout ended them', () => {
    const short = loaded(2, ['pass', 'inconclusive'], { counts: { 'not-run': 48 } });
    expect(loadedEnd(short)?.reason).to.contain('48 attempts were not made');
    expect(loadedEnd({ ...short, limited: true })).to.equal(undefined);
  });
});
