import { expect } from 'chai';
import { describe, it } from 'mocha';
import { CaptureTruth, completeness } from './capture-truth.ts';

const numbers = (from: number, to: number): Set<number> =>
  new Set(Array.from({ length: to - from + 1 }, (_, i) => from + i));

describe('completeness of a capture', () => {
  it('tells a late start, gaps and a lost tail apart', () => {
    const captured = new Set([...numbers(3, 50), ...numbers(53, 90)]);
    expect(completeness(numbers(0, 99), captured)).to.deep.equal({
      received: 100,
      captured: 86,
      blind: 3,
      gaps: [51, 52],
      tail: 9,
    });
  });

  it('counts everything as blind when nothing was captured', () => {
    expect(completeness(numbers(0, 9), new Set())).to.include({ captured: 0, blind: 10, tail: 0 });
  });

  it('does not mind packets that the sink never received', () => {
    expect(completeness(numbers(0, 9), numbers(0, 12))).to.include({ captured: 10, blind: 0, tail: 0 });
  });
});

describe('what the sink received', () => {
  it('is kept by instance and incarnation, and known up to its last line', () => {
    const truth = new CaptureTruth();
    truth.take('not json');
    truth.take(JSON.stringify({ type: 'received', wall: 10, uid: 'u1', incarnation: 'a', ranges: [[0, 2]] }));
    truth.take(
      JSON.stringify({
        type: 'received',
        wall: 12,
        uid: 'u1',
        incarnation: 'b',
        ranges: [
          [0, 0],
          [2, 2],
        ],
      }),
    );
    expect(truth.count('u1')).to.equal(5);
    expect(truth.count('u1', 'b')).to.equal(2);
    expect(truth.count('u2')).to.equal(0);
    expect(truth.upToMs).to.equal(12);
    const before = truth.snapshot('u1');
    truth.take(JSON.stringify({ type: 'received', wall: 13, uid: 'u1', incarnation: 'b', ranges: [[3, 9]] }));
    expect(before.get('b')?.size).to.equal(2);
  });
});

describe('completeness at its edges', () => {
  it('is sorted, and calls the first and the last captured one neither late nor lost', () => {
    const found = completeness(new Set([9, 12, 10, 2, 1, 5]), new Set([5, 12]));
    expect(found).to.deep.equal({ received: 6, captured: 2, blind: 2, gaps: [9, 10], tail: 0 });
    expect(completeness(new Set([1, 2]), new Set([1]))).to.deep.include({ blind: 0, gaps: [], tail: 1 });
    expect(completeness(new Set([1, 2]), new Set([2]))).to.deep.include({ blind: 1, gaps: [], tail: 0 });
    expect(completeness(new Set([1]), new Set())).to.deep.include({ blind: 1, gaps: [], tail: 0 });
  });

  it('knows nothing of a line without ranges, or of another kind', () => {
    const truth = new CaptureTruth();
    truth.take('{"type":"received","wall":5}');
    truth.take('{"type":"other","wall":9,"uid":"u","incarnation":"i","ranges":[[1,3]]}');
    expect(truth.upToMs).to.equal(5);
    expect(truth.count('u')).to.equal(0);
    expect(truth.count('')).to.equal(0);
    expect([...truth.snapshot('nobody')]).to.deep.equal([]);
  });
});
