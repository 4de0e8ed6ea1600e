import { expect } from 'chai';
import { describe, it } from 'mocha';
import { here, type AttemptState } from './attempt-state.ts';
import type { SpecContext } from './context.ts';
import { bad, good, judged, runOne } from './testdata/run-one-attempt.ts';

describe('an attempt', () => {
  describe('that is over', () => {
    it('is diagnosed before it is cleaned up, and only when it was not as expected', async () => {
      const order: string[] = [];
      const body = (finding: typeof good) => async (t: SpecContext) => {
        t.defer('first', async () => void order.push('undo first'));
        t.defer('second', async () => void order.push('undo second'));
        t.onTrouble('own', async () => void order.push('own diagnosis'));
        await judged(t, finding);
      };
      const collectors = () => [{ title: 'run', run: async () => void order.push('diagnosis of the run') }];
      await runOne(body(bad), { collectors });
      expect(order).to.deep.equal(['own diagnosis', 'diagnosis of the run', 'undo second', 'undo first']);
      order.length = 0;
      await runOne(body(good), { collectors });
      expect(order).to.deep.equal(['undo second', 'undo first']);
    });

    it('keeps diagnostics that fail or hang out of the verdict', async () => {
      const collectors = () => [
        { title: 'nodes', run: () => Promise.reject(new Error('no answer')) },
        { title: 'pods', run: () => new Promise(() => undefined) },
      ];
      const { line, log } = await runOne((t) => judged(t, bad), { collectors });
      expect(line.verdict).to.equal('fail');
      expect(log)
        .to.include('diagnostics: nodes: no answer')
        .and.include('diagnostics: pods: pods did not end within 100 ms');
    });

    it('goes on after a clean-up that fails or hangs, and does not pass then', async () => {
      const order: string[] = [];
      const body = (finding: typeof good) => async (t: SpecContext) => {
        t.defer('last', async () => void order.push('last'));
        t.defer('hangs', () => new Promise(() => undefined));
        t.defer('throws', () => Promise.reject(new Error('still mounted')));
        await judged(t, finding);
      };
      const { line, log } = await runOne(body(good));
      expect(order).to.deep.equal(['last']);
      expect(line.verdict).to.equal('infrastructure-error');
      expect(line.failure?.name).to.equal('CleanupError');
      expect(line.failure?.message).to.match(
        /^passed, but its clean-up failed: clean-up "throws": still mounted; clean-up "hangs" did not end within/,
      );
      expect(line.cleanupErrors).to.have.length(2);
      expect(log).to.include('still mounted');
      expect((await runOne(body(bad))).line.verdict).to.equal('fail');
    });

    it('is cleaned up also when its diagnostics cannot even be begun', async () => {
      const order: string[] = [];
      const collectors = (): never => {
        throw new Error('no cluster to look at');
      };
      const body = async (t: SpecContext) => {
        t.defer('undo', async () => void order.push('undone'));
        await judged(t, bad);
      };
      const { line, log } = await runOne(body, { collectors });
      expect([line.verdict, order]).to.deep.equal(['fail', ['undone']]);
      expect(log).to.include('diagnostics: no cluster to look at');
    });

    it('keeps its own verdict when the disk refuses its log, and the disk is told beside it', async () => {
      const refused = (finding: typeof good) =>
        runOne(async (t) => {
          // A folder stands where the file belongs: refused for whoever asks, root too.
          await t.attach('log.txt/inside.txt', 'x');
          await judged(t, finding);
        });
      const failed = await refused(bad);
      expect(failed.line).to.include({ verdict: 'fail' });
      expect(failed.line.failure).to.include({ subject: 's', observed: 'o' });
      expect(failed.log).to.equal('unreadable: EISDIR');
      expect(failed.unwritten).to.have.length(1);
      expect(failed.unwritten[0]).to.match(/^artifacts\/udp\/x\/1\/log\.txt could not be written: EISDIR/);
      expect(failed.evidence.trim().split('\n'), 'the other file is written').to.have.length(2);
      const passed = await refused(good);
      expect([passed.line.verdict, passed.unwritten.length]).to.deep.equal(['pass', 1]);
    });

    it('waits for a person where one asked for it, with the message', async () => {
      const seen: string[] = [];
      const pause = async (state: AttemptState, why: string): Promise<void> => void seen.push(`${state.phase}: ${why}`);
      await runOne((t) => judged(t, bad), { pause });
      await runOne((t) => judged(t), { pause });
      await runOne(async () => undefined, { pause });
      expect(seen[0]).to.match(/^pause: s: expected e, observed o/);
      expect(seen[1]).to.match(/^pause: the body ended without a judgement/);
      expect(seen).to.have.length(2);
      const controller = new AbortController();
      controller.abort(new Error('SIGINT'));
      await runOne((t) => judged(t), { pause, interrupted: controller.signal });
      expect(seen).to.have.length(2);
      const broken = await runOne((t) => judged(t, bad), { pause: () => Promise.reject(new Error('no terminal')) });
      expect(broken.log).to.include('pause: Error: no terminal');
    });

    it('knows in its clean-up that it is one, and the line holds what was gathered', async () => {
      let part: string | undefined;
      const { line } = await runOne(async (t) => {
        t.defer('look', async () => void (part = here.getStore()?.part));
        t.evidence.measure({ name: 'm', value: 1, unit: 'ms' });
        await t.attach('a.txt', 'text');
        await t.step('one', () => judged(t));
      });
      expect(part).to.equal('clean-up');
      const gathered = { steps: 1, measures: 1, attachments: 1, evidence: 2 };
      for (const [key, count] of Object.entries(gathered))
        expect(line[key as keyof typeof line], key).to.have.length(count);
    });
  });
});
