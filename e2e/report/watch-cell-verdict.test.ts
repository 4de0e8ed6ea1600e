import { expect } from 'chai';
import { describe, it } from 'mocha';
import { cellVerdict } from './watch-cell-verdict.ts';

describe('the verdict of a cell', () => {
  const defect = { id: 'D-1', reason: 'it waits', link: 'https://example.org/1' };
  const known = (met: boolean) => ({ known: [{ of: 'a', defect, met }] });

  it('is a known failure where the engine matched one to this client', () => {
    expect(cellVerdict(known(true), 'a', 'fail')).to.equal('expected-fail');
    expect(cellVerdict(known(true), 'b', 'fail')).to.equal('fail');
    expect(cellVerdict(known(false), 'a', 'fail')).to.equal('fail');
  });

  it('is news where a client passed that is known to fail', () => {
    expect(cellVerdict(known(false), 'a', 'pass')).to.equal('unexpected-pass');
    expect(cellVerdict(known(false), 'b', 'pass')).to.equal('pass');
    expect(cellVerdict(known(true), 'a', 'pass'), 'another profile of the same spec').to.equal('pass');
  });

  it('is what the cell says in all other cases, as in old runs', () => {
    expect(cellVerdict(known(true), 'a', 'inconclusive')).to.equal('inconclusive');
    expect(cellVerdict({}, 'a', 'expected-fail')).to.equal('expected-fail');
  });
});
