import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { AttemptLine, MeasureRecord, ResultLine, Verdict } from '../../../harness/run/result-schema.ts';
import { recordOfLines } from '../../../report/run-record.ts';
import { clusterHolder, raceVerdict } from './race-verdict.ts';

const attempt = (verdict: Verdict, measures: Readonly<Record<string, number>> = {}, reason?: string): AttemptLine => ({
  type: 'attempt',
  spec: { id: 'race/x', area: 'race', title: '', claim: '', tags: [], core: false, file: '', refs: [] },
  attempt: 1,
  repetition: 1,
  final: true,
  verdict,
  ...(reason === undefined ? {} : { reason }),
  subjects: [],
  startedAt: 0,
  endedAt: 1,
  leaked: false,
  steps: [],
  evidence: [],
  series: [],
  measures: Object.entries(measures).map(([name, value]): MeasureRecord => ({ name, value, unit: 'flows' })),
  attachments: [],
  cleanupErrors: [],
  artifacts: '',
});

const verdictOf = (lines: readonly ResultLine[]) => raceVerdict(recordOfLines(lines));
const whole = (...lines: readonly ResultLine[]): readonly ResultLine[] => [
  { type: 'run-start', run: 'r', specs: [], subjects: [], options: {}, facts: {} } as unknown as ResultLine,
  ...lines,
  { type: 'run-end', at: 1, wall: '', exitCode: 0, counts: {} },
];
const holderOf = (lines: readonly ResultLine[]) => clusterHolder(recordOfLines(lines));

describe('verdict of the reproducer', () => {
  const counts = { 'cut by the cleanup': 1787, 'flows alive at the delete pass': 2000 };

  it('says how many of how many were denied', () => {
    expect(verdictOf([attempt('fail', counts)])).to.deep.include({
      sentence: 'RACE CONDITION DETECTED: 1787 of 2000 connections denied',
      exitCode: 1,
    });
  });

  it('says that there was none only when all was judged', () => {
    const none = { ...counts, 'cut by the cleanup': 0 };
    expect(verdictOf(whole(attempt('pass', none)))).to.deep.equal({
      sentence: 'No race: 0 of 2000 connections denied',
      reasons: [],
      exitCode: 0,
    });
  });

  it('is not green when the run left something behind, or was not whole', () => {
    const summary = 'removing the environment: sysctl is read-only';
    const left: ResultLine = { type: 'note', at: 0, level: 'infrastructure-error', summary };
    expect(verdictOf(whole(attempt('pass', counts), left))).to.deep.include({ reasons: [summary], exitCode: 2 });
    expect(verdictOf([attempt('pass', counts)])).to.include({ exitCode: 2 });
  });

  it('knows that another run holds the cluster', () => {
    const summary = 'set-up failed: the cluster is used by run 20260101-a (lease x, taken now); wait for it to end';
    const note = { type: 'note', level: 'error', summary, at: 0 } as unknown as ResultLine;
    expect(holderOf([note])).to.equal('20260101-a');
    expect(holderOf([attempt('fail', counts)])).to.equal(undefined);
  });

  it('gives the reasons why nothing can be concluded', () => {
    expect(verdictOf([attempt('inconclusive', {}, 'the cleanup does not run')])).to.deep.equal({
      sentence: 'NOTHING CAN BE CONCLUDED',
      reasons: ['race/x: the cleanup does not run'],
      exitCode: 2,
    });
    expect(verdictOf([])).to.include({ exitCode: 2 });
  });
});
