import { expect } from 'chai';
import { describe, it } from 'mocha';
import { judgeDenied } from './denial-judgement.ts';
import { judgeSurvivors, type Survivors } from './flow-survival.ts';
import { judgeHealing, type Healing } from './heal-judgement.ts';
import { endingOf, stage } from './testdata/outcome-of.ts';

describe('flows that were idle while something happened to the agent', () => {
  const judge = (seen: Partial<Survivors>) =>
    endingOf((t) =>
      judgeSurvivors(t, stage, {
        ...{ after: 'map-filled', told: 'the map is full', count: 500, cut: 0, healed: undefined, durationMs: 1 },
        ...seen,
      }),
    );

  it('all hear the server, or it is told whether their clients can heal them', () => {
    expect(judge({}).said).to.equal('idle-flows-survive all-heard');
    const { said, kept } = judge({ cut: 250, healed: { answered: 250, ms: 12.4 } });
    expect(said).to.equal('idle-flows-survive cut-until-client-sends');
    expect(kept.judgements[0]).to.deep.include({ facts: { after: 'map-filled' }, measures: { 'share-cut': 0.5 } });
    expect(kept.findings[0]?.observed).to.equal(
      '250 hear nothing; 250 of them healed when the client sent, the last after 12 ms',
    );
    expect(judge({ cut: 250, healed: { answered: 249, ms: 12 } }).said).to.equal('idle-flows-survive cut-for-good');
  });
});

describe('flows that were cut', () => {
  const control = { sent: 50, answered: 50, ms: 40 };
  const judge = (seen: Partial<Healing>) =>
    endingOf((t) => judgeHealing(t, stage, { cut: 500, answered: 500, ms: 200, control, ...seen }));

  it('work again within three seconds of a packet of their client, on any machine', () => {
    expect(judge({}).said).to.equal('cut-flow-heals healed');
    expect(judge({ ms: 3000 }).said).to.equal('cut-flow-heals healed');
    expect(judge({ ms: 3041 }).said).to.equal('cut-flow-heals healed-late');
    expect(judge({ answered: 499, ms: 3020 }).said).to.equal('cut-flow-heals stays-cut');
  });

  it('are not late by what flows that were never cut took for the same', () => {
    expect(judge({ ms: 3041, control: { ...control, ms: 60 } }).said).to.match(
      /took 3041 ms, bound 3000 ms; flows that were never cut took 60 ms/,
    );
  });

  it('show nothing where none was cut, or where the way to the server is not as it was', () => {
    expect(judge({ cut: 0, answered: 0 }).said).to.match(/^no flow was cut/);
    expect(judge({ answered: 0, control: { ...control, answered: 49 } }).said).to.match(/of 50 .* 49 were answered/);
  });
});

describe('what policy forbids', () => {
  const judge = (knocks: number, heard: number) =>
    endingOf((t) => judgeDenied(t, stage, { knocks, heard, durationMs: 1 }));

  it('reaches nobody, and something forbidden has to be sent to show it', () => {
    expect(judge(40, 0).said).to.equal('forbidden-denied denied');
    expect(judge(40, 1).said).to.equal('forbidden-denied passes');
    expect(judge(0, 0).said).to.match(/nothing forbidden was sent/);
  });
});
