import { expect } from 'chai';
import { describe, it } from 'mocha';
import { describeUnclear, heldBetween, heldTo } from './time-bound.ts';

describe('a time beside its bound', () => {
  it('is unclear for as long as the machine may have taken, and late after that', () => {
    expect([heldTo(100, 100, 50), heldTo(100, 101, 50), heldTo(100, 150, 50), heldTo(100, 151, 50)]).to.deep.equal([
      ...['in-time', 'unclear', 'unclear', 'late'],
    ]);
    expect(heldTo(100, 101, 0)).to.equal('late');
  });

  it('is unclear for twice the bound where nobody knows what the machine took', () => {
    expect([heldTo(100, 200), heldTo(100, 201)]).to.deep.equal(['unclear', 'late']);
  });

  it('is told with both numbers', () => {
    expect(describeUnclear(100, 120.4, 30.6)).to.equal(
      'took 120 ms, bound 100 ms; its processes waited 31 ms for a processor',
    );
    expect(describeUnclear(100, 120)).to.match(/^took 120 ms, bound 100 ms; how long .* could not be read$/);
  });

  it('is no later than the last look that missed it, and no earlier than the first that saw it', () => {
    expect(heldBetween(100, { afterMs: 90, byMs: 100 })).to.equal('in-time');
    expect(heldBetween(100, { afterMs: 90, byMs: 900 }), 'one slow look').to.equal('unclear');
    expect(heldBetween(100, { afterMs: 200, byMs: 210 })).to.equal('unclear');
    expect(heldBetween(100, { afterMs: 201, byMs: 210 })).to.equal('late');
    expect(heldBetween(100, { afterMs: 120, byMs: 130 }, 10)).to.equal('late');
    expect(heldBetween(100, { afterMs: 150 })).to.equal('unclear');
    expect(heldBetween(100, { afterMs: 201 })).to.equal('late');
  });
});
