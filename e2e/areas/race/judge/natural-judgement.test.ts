import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { NaturalRound } from '../faults/natural-round.ts';
import { judgeNatural } from './natural-judgement.ts';
import { endingOf, stage } from './testdata/outcome-of.ts';

const calm: NaturalRound = { flows: 2000, opened: 2000, deletes: 40, cut: 0, victims: 0, unclear: 0, otherCause: 0 };
const judge = (...rounds: readonly Partial<NaturalRound>[]) =>
  endingOf((t) => judgeNatural(t, stage, rounds.map((round) => ({ ...calm, ...round })), 60_000)); // prettier-ignore

describe('a race met by chance', () => {
  it('passes when no round has more than the key in flight, and fails on one that has', () => {
    expect(judge({}, { victims: 1, cut: 1 }).said).to.equal('chance-cuts-nothing kept');
    const { said, kept } = judge({ victims: 1 }, { victims: 2, cut: 2 }, {});
    expect(said).to.equal('chance-cuts-nothing cut-by-delete');
    expect(kept.judgements[0]?.measures).to.deep.equal({ victims: 3 });
    expect(kept.measures).to.include({ 'cycles with a cut': 2, 'cut by the cleanup': 3, 'detections a minute': 2 });
    expect(kept.findings[0]?.observed).to.match(/in 2 of 3 cycles \(1, 2, 0\)/);
  });

  it('decides nothing when flows were cut and no delete of theirs was seen', () => {
    expect(judge({ cut: 500, otherCause: 500 }).said).to.match(/^500 of 2000 flows were denied without a delete/);
    expect(judge({ cut: 3, unclear: 3 }).said).to.match(/^3 of 2000 flows heard nothing/);
  });

  it('decides nothing when too few flows came back, or when no entry was deleted at all', () => {
    expect(judge({ opened: 1899 }).said).to.equal('only 1899 of 2000 flows could be opened again');
    expect(judge({ opened: 1900 }).said).to.equal('chance-cuts-nothing kept');
    expect(judge({ deletes: 0 }, { deletes: 0 }).said).to.match(/deleted no entry of the client in 2 cycles/);
    expect(judge({ deletes: 0 }, { deletes: 1 }).said).to.equal('chance-cuts-nothing kept');
  });
});
