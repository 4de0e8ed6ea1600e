/** Edges of verdicts, budgets and errors: found by `npm run prove -- mutation`. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { DeadlineError, formatMs, settles, within } from './budget.ts';
import { explained } from './explained.ts';
import type { AttemptLine } from './result-schema.ts';
import { asExpected, exitCodeOf, expectedVerdicts, failureOf } from './verdict.ts';
import { JudgementError } from './verdict-errors.ts';

const never = new Promise(() => undefined);

describe('what is as expected', () => {
  it('is a pass, a skip, a known failure, and a pass at a later attempt', () => {
    expect(expectedVerdicts).to.have.members(['pass', 'skip', 'expected-fail', 'flaky']);
    expect(asExpected('flaky')).to.equal(true);
    for (const verdict of ['fail', 'inconclusive', 'infrastructure-error', 'unexpected-pass'] as const)
      expect(asExpected(verdict), verdict).to.equal(false);
  });

  it('decides the exit code: nothing ran is nothing wrong, and flaky counts only when asked', () => {
    expect(exitCodeOf({}, 0, true)).to.equal(0);
    expect(exitCodeOf({ flaky: 0, fail: 0 }, 0, true)).to.equal(0);
    expect(exitCodeOf({ inconclusive: 0 }, 0, false)).to.equal(0);
  });
});

describe('the record of a failure', () => {
  it('is made from whatever was thrown', () => {
    expect(failureOf('a text')).to.deep.equal({ name: 'thrown value', message: 'a text' });
    expect(failureOf({ code: 7 })).to.deep.equal({ name: 'thrown value', message: '{"code":7}' });
    const bare = Object.assign(new Error('x'), { stack: undefined });
    expect(failureOf(bare)).to.deep.equal({ name: 'Error', message: 'x' });
    expect(failureOf(new Error('plain'))).to.have.keys('name', 'message', 'stack');
    const other = Object.assign(new Error('x'), { parts: { subject: 'no' }, stack: undefined });
    expect(failureOf(other)).to.not.have.property('subject');
  });

  it('ends its stack where the engine begins', () => {
    const withStack = (...frames: readonly string[]) =>
      failureOf(Object.assign(new Error('x'), { stack: ['Error: x', ...frames].join('\n') })).stack;
    const body = '    at body (/s/e2e/specs/udp/a.spec.ts:1:1)';
    const engine = (file: string): string => `    at run (/s/e2e/harness/run/${file}.ts:1:1)`;
    for (const file of ['attempt', 'session', 'scheduler'])
      expect(withStack(body, engine(file), '    at later (x)')).to.equal(`Error: x\n${body}`);
    expect(withStack(body, engine('spec-context'))).to.equal(`Error: x\n${body}\n${engine('spec-context')}`);
    const quoted = 'told at harness/run/attempt.ts';
    expect(withStack(quoted, body)).to.equal(`Error: x\n${quoted}\n${body}`);
    expect(withStack('\tat a (/harness/run/attempt.ts)')).to.equal('Error: x');
  });

  it('follows causes, and not for ever', () => {
    const chain = (depth: number): Error => new Error(`e${depth}`, depth === 0 ? {} : { cause: chain(depth - 1) });
    expect(failureOf(chain(3)).causes).to.deep.equal(['Error: e2', 'Error: e1', 'Error: e0']);
    const loop = new Error('loop');
    loop.cause = loop;
    expect(failureOf(loop).causes).to.have.length(9);
    expect(failureOf(new Error('x', { cause: 'text' })).causes).to.deep.equal(['text']);
    expect(failureOf(new Error('x', { cause: { code: 1 } })).causes).to.deep.equal(['{"code":1}']);
  });

  it('says how long, how often and where to look, when that is known', () => {
    const parts = { subject: 's', expected: 'e', observed: 'o' };
    const message = (more: object): string => new JudgementError({ ...parts, ...more }).message;
    expect(message({})).to.equal('s: expected e, observed o');
    expect(message({ durationMs: 999.6 })).to.equal('s: expected e, observed o for 1000 ms');
    expect(message({ durationMs: 1000 })).to.equal('s: expected e, observed o for 1.0 s');
    expect(message({ tries: 3 })).to.equal('s: expected e, observed o (3 tries)');
    expect(message({ artifact: 'a.txt' })).to.equal('s: expected e, observed o; see a.txt');
    const whole = 's: expected e, observed o for 2.5 s (1 tries); see a';
    expect(message({ durationMs: 2500, tries: 1, artifact: 'a' })).to.equal(whole);
  });

  it('has no failure where there was none, whatever happened around it', () => {
    const line = { type: 'attempt', verdict: 'inconclusive', reason: 'r' } as AttemptLine;
    expect(explained(line, { events: ['a fault'], unseen: [] })).to.deep.equal({
      ...line,
      reason: 'r; meanwhile a fault',
    });
  });
});

describe('a budget', () => {
  it('is written in the unit that fits', () => {
    const written = [0, 999.4, 999.6, 1000, 99_949, 100_000, 3_600_000].map(formatMs);
    expect(written).to.deep.equal(['0 ms', '999 ms', '1000 ms', '1.0 s', '99.9 s', '100 s', '3600 s']);
  });

  it('lets work end in time, and tells it when it did not', async () => {
    expect(await within(1000, 'work', () => Promise.resolve(7))).to.equal(7);
    let signal: AbortSignal | undefined;
    const late = await within(20, 'asking', (given) => {
      signal = given;
      return never;
    }).catch((error: unknown) => error as Error);
    expect(late).to.be.instanceOf(DeadlineError);
    expect((late as Error).message).to.equal('asking did not end within 20 ms');
    expect(signal?.aborted).to.equal(true);
    expect(signal?.reason).to.equal(late);
    expect(await settles(Promise.reject(new Error('x')), 1000)).to.equal(true);
    expect(await settles(Promise.resolve(), 1000)).to.equal(true);
    expect(await settles(never, 20)).to.equal(false);
  });
});
