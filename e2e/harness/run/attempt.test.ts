import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { AttemptState } from './attempt-state.ts';
import type { SpecContext } from './context.ts';
import { judgement } from './judgement.ts';
import { bad, good, judged, prove, runOne } from './testdata/run-one-attempt.ts';
import { InconclusiveError, SkipError } from './verdict-errors.ts';

const rowRemoved = judgement({
  id: 'row-removed',
  passes: ['row-left'],
  fails: ['row-stays'],
  facts: { backend: ['deleted', 'moved'] },
});
const texts = { subject: 'row', expected: 'to go', observed: 'the row is there' };

describe('an attempt', () => {
  describe('that returns', () => {
    it('passes on a judgement that rests on a proven premise', async () => {
      const { line, log, state, evidence } = await runOne((t) => judged(t));
      expect(line).to.deep.include({ type: 'attempt', verdict: 'pass', leaked: false, final: true, attempt: 1 });
      expect(line.failure).to.equal(undefined);
      expect(line.subjects).to.deep.equal(['proxy']);
      expect(line.endedAt).to.be.at.least(line.startedAt);
      expect(line.startedAt).to.be.above(0);
      expect(log).to.equal('verdict: pass\n');
      expect(state.phase).to.equal('over');
      expect(state.controller.signal.aborted).to.equal(true);
      expect(evidence.trim().split('\n')).to.have.length(2);
    });

    it('proves nothing without a judgement, or without evidence', async () => {
      const silent = await runOne(prove);
      expect(silent.line).to.include({ verdict: 'inconclusive', leaked: false });
      expect(silent.line.reason).to.match(/without a judgement/);
      const blind = await runOne(async (t) => t.judge(good));
      expect(blind.line).to.include({ verdict: 'inconclusive', leaked: false });
      expect(blind.line.reason).to.match(/judged \(plain\) before any premise was proven/);
    });

    it('proves nothing with a judgement that came before its premise', async () => {
      const early = await runOne(async (t) => {
        t.judge(good);
        await prove(t);
        t.judge(good);
      });
      expect(early.line).to.include({ verdict: 'inconclusive', leaked: false });
      expect(early.line.reason).to.match(/before any premise was proven/);
      const accused = await runOne(async (t) => t.judge(bad));
      expect(accused.line.verdict).to.equal('inconclusive');
    });

    it('proves nothing while a decision is held that nobody judged', async () => {
      const { line } = await runOne(async (t) => {
        await judged(t);
        t.hold(rowRemoved, { outcome: 'row-stays', facts: { backend: 'deleted' }, ...texts });
      });
      expect(line.verdict).to.equal('inconclusive');
      expect(line.reason).to.equal(
        'the body ended with 1 decisions that were held and never judged: row-removed: the row is there',
      );
    });

    it('keeps each judgement by its id, outcome, facts and measures', async () => {
      const { line } = await runOne(async (t) => {
        await judged(t);
        t.judge(rowRemoved, { outcome: 'row-left', facts: { backend: 'moved' }, ...texts });
        t.hold(rowRemoved, {
          ...{ outcome: 'row-stays', facts: { backend: 'deleted' }, measures: { 'share-lost': 1 } },
          ...texts,
        });
        t.judgeHeld();
      });
      expect(line.verdict).to.equal('fail');
      expect(line.failure).to.include({ subject: 'row', expected: 'to go', observed: 'the row is there' });
      expect(line.judgements).to.deep.equal([
        { id: 'plain', outcome: 'plain', facts: {}, measures: {}, ok: true },
        { id: 'row-removed', outcome: 'row-left', facts: { backend: 'moved' }, measures: {}, ok: true },
        {
          ...{ id: 'row-removed', outcome: 'row-stays', facts: { backend: 'deleted' } },
          ...{ measures: { 'share-lost': 1 }, ok: false },
        },
      ]);
    });

    it('is no verdict when an outcome is not declared', async () => {
      const { line } = await runOne(async (t) => {
        await prove(t);
        t.judge(rowRemoved, { outcome: 'gone' as 'row-left', facts: { backend: 'moved' }, ...texts });
      });
      expect(line.verdict).to.equal('infrastructure-error');
      expect(line.failure?.message).to.match(/outcome "gone" is not declared; it has row-left, row-stays/);
    });

    it('passes without either where it judges nothing', async () => {
      expect((await runOne(async () => undefined, { judges: 'none' })).line.verdict).to.equal('pass');
    });

    it('cannot hide its own decision', async () => {
      const { line } = await runOne((t) => judged(t, bad).catch(() => undefined));
      expect(line).to.include({ verdict: 'fail', leaked: false });
      expect(line.failure?.message).to.match(/expected e, observed o/);
    });
  });

  describe('that throws', () => {
    it('ends as its error says', async () => {
      const cases = [
        [new InconclusiveError('no row'), 'inconclusive', 'no row', true],
        [new SkipError('no ipvs'), 'skip', 'no ipvs', false],
        [new TypeError('x is no function'), 'infrastructure-error', undefined, true],
      ] as const;
      for (const [error, verdict, reason, hasFailure] of cases) {
        const { line, log } = await runOne(() => Promise.reject(error));
        expect(line.verdict).to.equal(verdict);
        expect(line.reason).to.equal(reason);
        expect(line.failure !== undefined).to.equal(hasFailure);
        expect(line.leaked).to.equal(false);
        if (hasFailure) expect(log).to.include(error.message);
        expect(log).to.include(`verdict: ${verdict}`);
      }
    });

    it('is what it decided first, whatever it throws later', async () => {
      const { line } = await runOne(async (t) => {
        await judged(t, bad).catch(() => undefined);
        throw new Error('later');
      });
      expect(line).to.include({ verdict: 'fail', leaked: false });
    });

    it('is blamed for what nobody awaited', async () => {
      const { line } = await runOne(async (t, state) => {
        state.blame(new Error('floating'));
        await delay(5_000, undefined, { signal: t.signal });
      });
      expect(line).to.include({ verdict: 'infrastructure-error', leaked: false });
      expect(line.failure?.message).to.equal('floating');
      const late = await runOne(async (t, state) => {
        t.defer('blame', async () => state.blame(new Error('late')));
        await judged(t);
      });
      expect(late.line.verdict).to.equal('infrastructure-error');
      expect(late.line.failure?.message).to.equal('late');
      const failed = await runOne(async (t, state) => {
        t.defer('blame', async () => state.blame(new Error('late')));
        await judged(t, bad);
      });
      expect(failed.line.verdict).to.equal('fail');
    });
  });

  describe('at its deadline', () => {
    it('is inconclusive, names the step, and gives the body its grace', async () => {
      let ended = false;
      const { line } = await runOne(
        async (t) =>
          t.step('waiting for a row', async () => {
            await delay(5_000, undefined, { signal: t.signal }).finally(() => (ended = true));
          }),
        { budgets: { timeoutMs: 30 } },
      );
      expect(line).to.include({ verdict: 'inconclusive', leaked: false });
      expect(line.reason).to.equal('the deadline of 30 ms passed in step "waiting for a row"');
      expect(line.failure?.name).to.equal('DeadlineError');
      expect(ended).to.equal(true);
    });

    it('keeps what the body said of it as the cause', async () => {
      const { line } = await runOne(
        async (t) => {
          await delay(5_000, undefined, { signal: t.signal }).catch(() => undefined);
          throw new Error('the row was still there');
        },
        { budgets: { timeoutMs: 30 } },
      );
      expect(line.reason).to.equal('the deadline of 30 ms passed');
      expect(line.failure?.causes).to.deep.equal(['Error: the row was still there']);
      const echo = await runOne(
        (t) => new Promise((_, no) => t.signal.addEventListener('abort', () => no(t.signal.reason as Error))),
        {
          budgets: { timeoutMs: 20 },
        },
      );
      expect(echo.line.failure?.causes).to.equal(undefined);
    });

    it('leaks a body that does not listen, and a judgement after it counts for nothing', async () => {
      const { line } = await runOne(() => delay(400), { budgets: { timeoutMs: 20, graceMs: 20 } });
      expect(line).to.include({ verdict: 'inconclusive', leaked: true });
      const late = await runOne(
        async (t) => {
          await prove(t);
          await delay(40);
          t.judge(good);
        },
        { budgets: { timeoutMs: 20 } },
      );
      expect(late.line).to.include({ verdict: 'inconclusive', leaked: false });
    });

    it('moves when the body is given more time, unless it was fixed', async () => {
      const body = async (t: SpecContext, state: AttemptState): Promise<void> => {
        state.moreTime?.(400);
        await delay(150, undefined, { signal: t.signal });
        await judged(t);
      };
      expect((await runOne(body, { budgets: { timeoutMs: 60 } })).line.verdict).to.equal('pass');
      const fixed = await runOne(body, { budgets: { timeoutMs: 60, fixedTimeout: true } });
      expect(fixed.line.reason).to.equal('the deadline of 60 ms passed');
      const stretched = await runOne(
        async (t, state) => {
          state.moreTime?.(40);
          await delay(5_000, undefined, { signal: t.signal });
        },
        { budgets: { timeoutMs: 40 } },
      );
      expect(stretched.line.reason).to.equal('the deadline of 80 ms passed');
      expect(stretched.line.endedAt - stretched.line.startedAt).to.be.within(75, 1_000);
      expect(stretched.state.moreTime).to.equal(undefined);
      expect(stretched.state.bodyClosed).to.equal(true);
    });

    it('does not strike a body that ended in time', async () => {
      const { state } = await runOne((t) => judged(t), { budgets: { timeoutMs: 40 } });
      const reason = state.controller.signal.reason as Error;
      await delay(60);
      expect(reason.message).to.match(/is over/);
    });
  });

  describe('of an interrupted run', () => {
    it('is inconclusive and says so, also when it had not begun', async () => {
      const controller = new AbortController();
      const during = await runOne(
        async (t) => {
          controller.abort(new Error('SIGINT'));
          await delay(5_000, undefined, { signal: t.signal });
        },
        { interrupted: controller.signal },
      );
      expect(during.line).to.include({ verdict: 'inconclusive', reason: 'interrupted: SIGINT', leaked: false });
      const before = await runOne((t) => delay(5_000, undefined, { signal: t.signal }), {
        interrupted: controller.signal,
      });
      expect(before.line.reason).to.equal('interrupted: SIGINT');
    });
  });
});
