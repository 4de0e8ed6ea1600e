import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { ResultLine } from '../harness/run/result-schema.ts';
import { recordOfLines } from '../report/run-record.ts';
import { defaultRunLines } from './default-run.ts';

const attempt = (id: string, startedAt: number, endedAt: number, verdict = 'pass') => ({
  ...{ type: 'attempt', final: true, spec: { id, area: id.split('/')[0] }, verdict, startedAt, endedAt },
});
const run = (...lines: readonly object[]) => recordOfLines(lines as unknown as readonly ResultLine[]);

describe('lines of the default run', () => {
  it('are its whole time, that of the first verdict, the span of each area, and what was not as expected', () => {
    const record = run(
      attempt('udp/a', 50_000, 60_000),
      attempt('udp/b', 55_000, 90_000, 'inconclusive'),
      attempt('race/a', 90_000, 100_000),
      { type: 'run-end', at: 110_000, exitCode: 2 },
    );
    expect(defaultRunLines([record]).map(({ value, bar }) => [value, bar])).to.deep.equal([
      [110, 600],
      [60, undefined],
      [10, undefined],
      [40, undefined],
      [1, 0],
    ]);
  });

  it('are none where the run was cut off', () => {
    expect(() => defaultRunLines([run(attempt('udp/a', 0, 1))])).to.throw('has no end: the run has no first line');
  });
});
