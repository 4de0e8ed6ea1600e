import { expect } from 'chai';
import { describe, it } from 'mocha';
import { conformanceIndex } from './conformance-index.ts';
import { conformanceReports } from './conformance-report.ts';
import { reportOf } from './report-data.ts';
import { attemptLine, specInfo, wholeRun } from './result-fixture.ts';
import { recordOfLines } from './run-record.ts';

describe('the table of conformance reports', () => {
  it('has a line a report, with what every core spec came to', () => {
    const lines = (verdict: 'pass' | 'inconclusive') =>
      wholeRun([attemptLine(verdict, { spec: specInfo('udp/a', { core: true }) })]);
    const reports = (['pass', 'inconclusive'] as const).flatMap((verdict) => [
      ...conformanceReports(reportOf([recordOfLines(lines(verdict))])),
    ]);
    const rows = conformanceIndex(reports.map(([name, report]) => [`${name}.yaml`, report])).split('\n');
    expect(rows.filter((row) => row.includes('| conformant |')).length).to.equal(1);
    expect(rows.filter((row) => row.includes('| not shown |')).length).to.equal(1);
    expect(rows.find((row) => row.includes('.yaml'))).to.match(/core tests succeeded with 1 passed/);
  });
});
