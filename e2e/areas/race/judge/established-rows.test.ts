import { expect } from 'chai';
import { describe, it } from 'mocha';
import { type EstablishedRows, judgeRowsKept } from './established-rows.ts';
import { endingOf, stage } from './testdata/outcome-of.ts';

const judge = (seen: Partial<EstablishedRows>) =>
  endingOf((t) =>
    judgeRowsKept(t, stage, {
      ...{ count: 100, denied: 100, rows: 100, controlRows: 100, controlCount: 100, durationMs: 5000 },
      ...seen,
    }),
  );

describe('rows of established connections', () => {
  it('outlive a SYN that is denied', () => {
    expect(judge({}).said).to.equal('established-row-kept kept');
    const { said, kept } = judge({ rows: 99 });
    expect(said).to.equal('established-row-kept ended-by-denied-syn');
    expect(kept.judgements[0]?.measures).to.deep.equal({ ended: 1, 'share-ended': 0.01 });
  });

  it('show nothing where the SYNs were not denied, or rows go that nobody touched', () => {
    expect(judge({ denied: 90 }).said).to.equal('established-row-kept kept');
    expect(judge({ denied: 89, rows: 0 }).said).to.match(/denied only 89 of 100 SYNs/);
    expect(judge({ controlRows: 99, rows: 0 }).said).to.match(/forgot 1 connections that nobody touched/);
  });
});
