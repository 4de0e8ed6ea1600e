import { AssertionError } from 'chai';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { exitCodeOf, failureOf, verdictOf } from './verdict.ts';
import { InconclusiveError, InfrastructureError, JudgementError, SkipError } from './verdict-errors.ts';

describe('verdicts', () => {
  it('come from how a body ended', () => {
    expect(verdictOf(new JudgementError({ subject: 's', expected: 'e', observed: 'o' }))).to.equal('fail');
    expect(verdictOf(new AssertionError('x'))).to.equal('fail');
    expect(verdictOf(new InconclusiveError('x'))).to.equal('inconclusive');
    expect(verdictOf(new SkipError('x'))).to.equal('skip');
    for (const other of [new InfrastructureError('x'), new TypeError('x'), 'a string', undefined])
      expect(verdictOf(other)).to.equal('infrastructure-error');
  });

  it('are told by name: an error class may have been loaded twice', () => {
    const foreign = Object.assign(new Error('x'), { name: 'InconclusiveError' });
    expect(verdictOf(foreign)).to.equal('inconclusive');
  });

  it('give an exit code in which fail outweighs what could not be judged', () => {
    expect(exitCodeOf({ pass: 3, skip: 1, 'expected-fail': 1, flaky: 1 }, 0, false)).to.equal(0);
    expect(exitCodeOf({ pass: 3, flaky: 1 }, 0, true)).to.equal(1);
    expect(exitCodeOf({ fail: 1, inconclusive: 1 }, 1, false)).to.equal(1);
    expect(exitCodeOf({ 'unexpected-pass': 1 }, 0, false)).to.equal(1);
    for (const verdict of ['inconclusive', 'infrastructure-error', 'not-run'] as const)
      expect(exitCodeOf({ pass: 1, [verdict]: 1 }, 0, false), verdict).to.equal(2);
    expect(exitCodeOf({ pass: 1 }, 1, false), 'a trouble of the run').to.equal(2);
  });

  it('keep the parts of a judgement, and the causes of an error with the members of aggregates', () => {
    const parts = { subject: 'the row', expected: 'server 2', observed: 'server 1', durationMs: 30_000, tries: 6 };
    expect(failureOf(new JudgementError(parts))).to.include(parts);
    const error = new Error('outer', { cause: new AggregateError([new Error('one'), 'two'], 'inner') });
    expect(failureOf(error).causes).to.deep.equal(['AggregateError: inner', 'Error: one', 'two']);
  });
});
