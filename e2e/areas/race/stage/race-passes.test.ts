import { expect } from 'chai';
import { describe, it } from 'mocha';
import { endOfCycle } from './race-passes.ts';

/** Index of the line that ends the cycle. */
function endIn(...types: string[]): number {
  const ends = endOfCycle();
  return types.findIndex((type) => ends({ type }));
}

describe('end of a cleanup cycle', () => {
  it('is the delete pass after a reading that began from now on', () => {
    expect(
      endIn('hydrated', 'pass-start', 'delete', 'pass-done', 'pass-start', 'hydrated', 'pass-start', 'pass-done'),
    ).to.equal(7);
  });

  it('comes by the beginnings alone while the map is empty', () => {
    expect(endIn('pass-start', 'pass-start', 'pass-start', 'pass-start')).to.equal(3);
  });
});
