import { expect } from 'chai';
import { describe, it } from 'mocha';
import { metDefects } from './met-defects.ts';
import { attemptLine, specInfo, wholeRun } from './result-fixture.ts';
import { outcomesOf, recordOfLines } from './run-record.ts';

const defect = { id: 'D-1', reason: 'it waits', link: 'https://example.org/1', fixed: '1.2.0' };

describe('known defects that were met', () => {
  it('are one each, with all who showed it and the release that fixed it', () => {
    const known = [
      { of: 'a', defect, met: true },
      { of: 'b', defect, met: true },
      { of: 'c', defect, met: false },
    ];
    const lines = [
      attemptLine('expected-fail', { spec: specInfo('watch/x'), known }),
      attemptLine('fail', { spec: specInfo('watch/y'), known: [{ of: 'd', defect, met: true }] }),
    ];
    const [met, ...others] = metDefects(outcomesOf(recordOfLines(wholeRun(lines))));
    expect(others).to.deep.equal([]);
    expect(met?.subjects).to.deep.equal(['a', 'b', 'd']);
    expect(met?.fixed).to.equal('1.2.0');
    expect(met?.outcomes.map(({ spec }) => spec.id)).to.deep.equal(['watch/x', 'watch/y']);
  });

  it('are named by the attempt alone in runs of before', () => {
    const [met] = metDefects(outcomesOf(recordOfLines(wholeRun([attemptLine('expected-fail')]))));
    expect([met?.id, met?.subjects]).to.deep.equal(['stale-nodeport-row', ['kube-proxy-nftables']]);
  });

  it('are none where a defect was not met', () => {
    expect(metDefects(outcomesOf(recordOfLines(wholeRun([attemptLine('unexpected-pass')]))))).to.deep.equal([]);
  });
});
