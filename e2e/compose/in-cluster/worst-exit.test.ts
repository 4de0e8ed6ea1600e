import { expect } from 'chai';
import { describe, it } from 'mocha';
import { worstExit } from './worst-exit.ts';

describe('the worst exit code', () => {
  it('is that of a failed verdict, else of what could not be judged', () => {
    expect(worstExit([0, 2, 1])).to.equal(1);
    expect(worstExit([0, 137, 0])).to.equal(137);
    expect(worstExit([0, 0])).to.equal(0);
  });

  it('is never good where one is unknown, or where there is none', () => {
    expect(worstExit([0, undefined])).to.equal(2);
    expect(worstExit([0, Number.NaN])).to.equal(2);
    expect(worstExit([])).to.equal(2);
  });
});
