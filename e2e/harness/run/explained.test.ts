import { expect } from 'chai';
import { describe, it } from 'mocha';
import { explained } from './explained.ts';
import type { AttemptLine, Verdict } from './result-schema.ts';

const line = (verdict: Verdict, extra: Partial<AttemptLine> = {}): AttemptLine =>
  ({ type: 'attempt', verdict, ...extra }) as AttemptLine;
const failure = { name: 'JudgementError', message: 'the flow stayed' };
const paused = ['node worker is paused', 'the wall clock was stepped by 60 s'];

describe('what happened around an attempt', () => {
  it('changes nothing when nothing happened', () => {
    const fail = line('fail', { failure });
    expect(explained(fail, [])).to.equal(fail);
  });

  it('is named beside the reason', () => {
    const said = explained(line('inconclusive', { reason: 'no row', failure }), paused);
    expect(said.verdict).to.equal('inconclusive');
    expect(said.reason).to.equal('no row; meanwhile node worker is paused; the wall clock was stepped by 60 s');
    expect(said.failure?.message).to.equal(
      'the flow stayed; meanwhile node worker is paused; the wall clock was stepped by 60 s',
    );
    expect(explained(line('infrastructure-error'), ['node x is gone']).reason).to.equal(
      'infrastructure-error; meanwhile node x is gone',
    );
  });

  it('takes an accusation back', () => {
    const said = explained(line('fail', { failure }), ['node worker is paused']);
    expect(said.verdict).to.equal('inconclusive');
    expect(said.reason).to.equal('meanwhile node worker is paused, so this accuses nobody: the flow stayed');
    expect(said.failure?.name).to.equal('JudgementError');
  });
});
