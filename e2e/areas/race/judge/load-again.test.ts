import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Enforcement } from '../evidence/race-premises.ts';
import { judgeLoadAgain } from './load-again.ts';
import { endingOf, stage } from './testdata/outcome-of.ts';

const judge = (seen: Enforcement, heard: number) =>
  endingOf((t) =>
    judgeLoadAgain(t, stage, { seen, failure: 'aborting', knocks: { tries: 10, heard }, durationMs: 900 }),
  );

describe('a load that failed once', () => {
  it('is tried again where the pod is isolated later, and stays so', () => {
    expect(judge({ state: 'enforced', told: 'three in a row' }, 0).said).to.equal('failed-load-tried-again enforced');
    const { said, kept } = judge({ state: 'enforced', told: 'three in a row' }, 1);
    expect(said).to.equal('failed-load-tried-again leaks');
    expect(kept.judgements[0]).to.deep.include({ facts: { load: 'failed-once' }, measures: { 'share-heard': 0.1 } });
  });

  it('is not where the pod stays open, which is told with the agent’s own words about the load', () => {
    const { said, kept } = judge({ state: 'open', told: 'still heard', gaveUp: 'aborting' }, 10);
    expect(said).to.equal('failed-load-tried-again stays-open');
    expect(kept.findings[0]?.observed).to.equal(
      '10 of 10 forbidden datagrams reached it; still heard; the load had failed with "aborting"',
    );
  });

  it('shows nothing where nothing arrives and nobody says that it was denied', () => {
    expect(judge({ state: 'unexplained', told: 'who dropped them is unknown' }, 0).said).to.equal(
      'who dropped them is unknown',
    );
  });
});
