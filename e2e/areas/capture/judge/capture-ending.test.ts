import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { prove, runOne } from '../../../harness/run/testdata/run-one-attempt.ts';
import type { RunningCapture } from '../evidence/capture-processes.ts';
import type { CaptureInstance, CaptureStage } from '../stage/capture-stage.ts';
import { NotReached, waitUntil } from '../stage/capture-wait.ts';
import { CaptureFileGone, type CaptureRequest, type CaptureView } from '../subjects/capture-subject.ts';
import { judgeEndOfObject, judgeProcesses } from './capture-ending.ts';

const running = (pid: number, file?: string): RunningCapture => ({ id: `n:${pid}`, pid, file });
const view = (...paths: string[]): CaptureView =>
  ({ files: paths.map((path) => ({ path })) }) as unknown as CaptureView;

async function verdictOf(found: readonly RunningCapture[], wanted: 0 | 1, seen: CaptureView, provider = 'kind') {
  const { line } = await runOne(
    async (t) => {
      await prove(t);
      const stage = {
        ...{ t, subject: { name: 's' }, can: () => true, tcpdumpsOf: () => Promise.resolve(found) },
        wait: async (what: string, _ms: number, probe: () => Promise<unknown>) => {
          const value = await probe();
          if (value === undefined) throw new NotReached(what);
          return value;
        },
      } as unknown as CaptureStage;
      await judgeProcesses(stage, seen, wanted);
    },
    { env: { cluster: { provider } } as never },
  );
  return { verdict: line.verdict, outcome: line.judgements?.[0]?.outcome };
}

describe('tcpdumps of a capture', () => {
  it('are one while it captures and none after', async () => {
    expect(await verdictOf([running(1, '/a')], 1, view('/a'))).to.deep.equal({ verdict: 'pass', outcome: 'right' });
    expect(await verdictOf([], 0, view())).to.deep.equal({ verdict: 'pass', outcome: 'right' });
    expect((await verdictOf([], 1, view('/a'))).outcome).to.equal('too-few');
  });

  it('are too many where one runs for an object that names no file', async () => {
    expect(await verdictOf([running(1, '/x')], 0, view())).to.deep.equal({ verdict: 'fail', outcome: 'too-many' });
    expect((await verdictOf([running(1, '/a'), running(2)], 1, view('/a'))).outcome).to.equal('too-many');
  });

  it("are nobody's on a cluster of somebody else, when no capture of the run names their files", async () => {
    expect((await verdictOf([running(1, '/x')], 0, view(), 'existing')).verdict).to.equal('inconclusive');
    const own = await verdictOf([running(1, '/a'), running(2, '/b')], 1, view('/a', '/b'), 'existing');
    expect(own.outcome).to.equal('too-many');
  });
});

describe('the end of a capture with its object', () => {
  const LIMIT_MS = 300;
  /** `runsMs`: for so long after the deletion its tcpdump is there; `lookMs`: so long each look takes; `stays`: so does the object. */
  async function verdictOfEnd(end: { readonly runsMs: number; readonly lookMs?: number; readonly stays?: true }) {
    const { runsMs, lookMs = 0 } = end;
    let deletedAt = Infinity;
    const seen = { ...view('/a'), uid: 'o', phase: 'Capturing', capturing: true };
    const isThere = (ms: number): boolean => performance.now() < deletedAt + ms;
    const { line } = await runOne(
      async (t) => {
        const stage = {
          ...{ t, can: () => true, truth: { snapshot: () => new Map() }, sinkIp: '10.0.0.9' },
          ...{ truthIsCurrent: () => Promise.resolve(), heard: () => Promise.resolve() },
          subject: {
            name: 's',
            delete: () => Promise.resolve(void (deletedAt = performance.now())),
            fetch: () => Promise.reject(new CaptureFileGone('gone')),
          },
          view: () => Promise.resolve(end.stays === true || isThere(0) ? seen : undefined),
          tcpdumpsOf: async () => {
            const found = isThere(runsMs) ? [running(1, '/a')] : [];
            if (deletedAt !== Infinity) await delay(lookMs);
            return found;
          },
          wait: (what: string, ms: number, probe: () => Promise<unknown>) =>
            waitUntil(what, Math.min(ms, 1500), t.signal, probe),
        } as unknown as CaptureStage;
        await judgeEndOfObject(stage, {} as CaptureRequest, {} as CaptureInstance, LIMIT_MS);
      },
      { env: { cluster: { provider: 'kind' } } as never },
    );
    const said = line.failure?.message ?? line.reason ?? '';
    return { verdict: line.verdict, outcome: line.judgements?.at(-1)?.outcome, said };
  }

  it('is in time when a look within the limit saw no tcpdump any more', async () => {
    expect(await verdictOfEnd({ runsMs: 0 })).to.deep.equal({ verdict: 'pass', outcome: 'in-time', said: '' });
  });

  it('is late when a look that began after twice the limit still saw it', async () => {
    const { verdict, outcome, said } = await verdictOfEnd({ runsMs: 900 });
    expect([verdict, outcome]).to.deep.equal(['fail', 'late']);
    expect(said).to.match(/no tcpdump of a deleted object after 300 ms, observed ended later than \d+ ms, by \d+ ms/);
    expect((await verdictOfEnd({ runsMs: 60_000 })).outcome).to.equal('still-running');
  });

  it('is of the object too', async () => {
    const { outcome, said } = await verdictOfEnd({ runsMs: 0, stays: true });
    expect(outcome).to.equal('object-stays');
    expect(said).to.match(/the deleted object to go, observed still there with its finalizer/);
  });

  it('is unclear when it was the look that took so long', async () => {
    const { verdict, said } = await verdictOfEnd({ runsMs: 100, lookMs: 700 });
    expect(verdict).to.equal('inconclusive');
    expect(said).to.match(/its tcpdump ended later than \d+ ms, by \d+ ms; the bound is 300 ms, and a busy machine/);
  });
}).timeout(20_000);
