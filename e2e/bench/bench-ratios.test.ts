import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { BenchLine } from './bench-line.ts';
import { ratiosOf, regressions } from './bench-ratios.ts';

const lines = (ours: Partial<BenchLine>): { readonly lines: readonly BenchLine[] } => ({
  lines: [
    { what: 'ours', value: 100, unit: 'ms', peer: 'theirs', spread: [90, 120], ...ours },
    { what: 'theirs', value: 200, unit: 'ms', spread: [180, 220] },
    { what: 'rate', value: 1.5, unit: '×' },
    { what: 'alone', value: 3, unit: 's' },
  ],
});

describe('ratios of benchmarks', () => {
  it('are taken to a peer of the same run, with what the samples allow', () => {
    expect(ratiosOf(lines({}))).to.deep.equal([
      { what: 'ours / theirs', value: 0.5, spread: [90 / 220, 120 / 180], better: 'less' },
      { what: 'rate', value: 1.5, spread: [1.5, 1.5], better: 'more' },
    ]);
  });

  it('may move within the committed spread, and a tenth at least', () => {
    const committed = ratiosOf(lines({}));
    expect(regressions(committed, ratiosOf(lines({ value: 133 })))).to.deep.equal([]);
    expect(regressions(committed, ratiosOf(lines({ value: 20 })))).to.deep.equal([]);
    expect(regressions([{ ...committed[1]!, value: 1.6, spread: [1.6, 1.6] }], committed)).to.deep.equal([]);
  });

  it('that are worse are named, with the limit', () => {
    const committed = ratiosOf(lines({}));
    expect(regressions(committed, ratiosOf(lines({ value: 140 })))).to.deep.equal([
      { what: 'ours / theirs', committed: 0.5, now: 0.7, limit: 120 / 180 },
    ]);
    const slower = [{ ...committed[1]!, value: 1.2 }];
    expect(regressions(committed, slower)[0]).to.deep.include({ what: 'rate', now: 1.2 });
  });

  it('of one run alone say nothing', () => {
    expect(regressions([], ratiosOf(lines({})))).to.deep.equal([]);
  });
});
