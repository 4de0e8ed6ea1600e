import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Verdict } from '../harness/run/result-schema.ts';
import { attemptLine, runEnd, runStart, specInfo, wholeRun } from '../report/result-fixture.ts';
import { recordOfLines } from '../report/run-record.ts';
import { judgedOf } from './bisect-verdict.ts';

const name = 'kube-proxy-iptables@1.31.0';
const spec = specInfo().id;
const asked = { spec, name, version: '1.31.0' };
const subjects = (version?: string) => [{ name, kind: 'service-proxy', version, versions: {}, remarks: [] }];
const judged = (verdict: Verdict, version: string | undefined = '1.31.0') =>
  judgedOf(
    recordOfLines(wholeRun([attemptLine(verdict, { subjects: [name] })], { subjects: subjects(version) })),
    asked,
  );

describe('what a run says of a release', () => {
  it('is good or bad by its verdict, and nothing where nothing was judged', () => {
    expect(judged('pass').side).to.equal('good');
    expect(judged('fail').side).to.equal('bad');
    expect(judged('expected-fail').side).to.equal('bad');
    expect(judged('unexpected-pass').side).to.equal('good');
    for (const verdict of ['skip', 'inconclusive', 'infrastructure-error'] as const)
      expect(judged(verdict).side, verdict).to.equal(undefined);
  });

  it('is nothing where another version ran, or none told itself', () => {
    expect(judged('pass', '1.36.3')).to.deep.equal({ side: undefined, told: 'it says that it is version 1.36.3' });
    const untold = recordOfLines(wholeRun([attemptLine('pass', { subjects: [name] })], { subjects: subjects() }));
    expect(judgedOf(untold, asked).told).to.match(/\(not told\)/);
  });

  it('is nothing where the spec or the subject is not there', () => {
    expect(judgedOf(recordOfLines([]), asked).told).to.match(/no first line/);
    const never = recordOfLines([runStart([specInfo()], { subjects: subjects('1.31.0') }), runEnd()]);
    expect(judgedOf(never, asked).side).to.equal(undefined);
    const other = recordOfLines(wholeRun([attemptLine('pass')]));
    expect(judgedOf(other, asked).told).to.match(/1\.31\.0 did not stand/);
  });
});
