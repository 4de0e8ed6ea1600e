import { expect } from 'chai';
import { describe, it } from 'mocha';
import { explained } from './explained.ts';
import type { AttemptLine, Verdict } from './result-schema.ts';
import type { SeenAround } from './surroundings.ts';

const line = (verdict: Verdict, extra: Partial<AttemptLine> = {}): AttemptLine =>
  ({ type: 'attempt', verdict, ...extra }) as AttemptLine;
const failure = { name: 'JudgementError', message: 'the flow stayed' };
const paused = ['node worker is paused', 'the wall clock was stepped by 60 s'];

const seen = (...events: readonly string[]): SeenAround => ({ events, unseen: [] });

describe('what happened around an attempt', () => {
  it('changes nothing when nothing happened', () => {
    const fail = line('fail', { failure });
    expect(explained(fail, seen())).to.equal(fail);
  });

  it('is named beside the reason', () => {
    const said = explained(line('inconclusive', { reason: 'no row', failure }), seen(...paused));
    expect(said.verdict).to.equal('inconclusive');
    expect(said.reason).to.equal('no row; meanwhile node worker is paused; the wall clock was stepped by 60 s');
    expect(said.failure?.message).to.equal(
      'the flow stayed; meanwhile node worker is paused; the wall clock was stepped by 60 s',
    );
    expect(explained(line('infrastructure-error'), seen('node x is gone')).reason).to.equal(
      'infrastructure-error; meanwhile node x is gone',
    );
  });

  it('takes an accusation back', () => {
    const said = explained(line('fail', { failure }), seen('node worker is paused'));
    expect(said.verdict).to.equal('inconclusive');
    expect(said.reason).to.equal('meanwhile node worker is paused, so this accuses nobody: the flow stayed');
    expect(said.failure?.name).to.equal('JudgementError');
  });

  it('questions a pass as well, and no skip', () => {
    const said = explained(line('pass'), seen('node worker is paused'));
    expect(said.verdict).to.equal('inconclusive');
    expect(said.reason).to.equal('meanwhile node worker is paused, so this pass proves nothing');
    const skip = line('skip', { reason: 'no ipvs' });
    expect(explained(skip, seen('node worker is paused'))).to.equal(skip);
  });

  it('excuses nobody when it could not be looked at', () => {
    const unseen = { events: [], unseen: ['looking at the surroundings took over 20 s'] };
    const said = explained(line('fail', { failure }), unseen);
    expect(said.verdict).to.equal('fail');
    expect(said.reason).to.equal(
      'the flow stayed; what happened around it could not be looked at: looking at the surroundings took over 20 s',
    );
    const pass = line('pass');
    expect(explained(pass, unseen)).to.equal(pass);
  });
});
