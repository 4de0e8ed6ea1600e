/** One attempt at a body of a test's own, in a folder of its own, and what it left. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AttemptState } from '../attempt-state.ts';
import { type AttemptInput, runAttempt } from '../attempt.ts';
import { RunClock } from '../clock.ts';
import type { SpecContext } from '../context.ts';
import type { Environment } from '../environment.ts';
import type { RegisteredSpec } from '../spec.ts';

const info = { id: 'udp/x', area: 'udp', title: '', claim: '', tags: [], core: false, file: '', refs: [] };
const premise = { name: 'row', prove: async () => ({ proven: true, value: 1, summary: 'seen' }) as const };
export const good = { ok: true, subject: 's', expected: 'e', observed: 'e' };
export const bad = { ok: false, subject: 's', expected: 'e', observed: 'o' };
const budgets = { timeoutMs: 5_000, fixedTimeout: false, graceMs: 60, cleanupMs: 200, collectorMs: 100 };

type Given = Partial<Omit<AttemptInput, 'budgets'>> & {
  readonly judges?: 'none';
  readonly budgets?: Partial<AttemptInput['budgets']>;
};

export const prove = async (t: SpecContext): Promise<void> => {
  await t.evidence.require(premise);
};

/** A premise that holds, then the finding. */
export const judged = async (t: SpecContext, finding = good): Promise<void> => {
  await prove(t);
  t.judge(finding);
};

export async function runOne(body: (t: SpecContext, state: AttemptState) => Promise<void>, given: Given = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'staleproof-attempt-'));
  const unwritten: string[] = [];
  try {
    const state = new AttemptState(info, 1, 1);
    const meta = { id: 'udp/x', judges: given.judges ?? 'service-proxy', timeout: 1 } as unknown as RegisteredSpec['meta'];
    const line = await runAttempt({
      spec: { meta, file: '', body: (t) => body(t, state) },
      state,
      env: {} as Environment,
      clock: new RunClock(),
      run: 'r',
      folder,
      iterations: undefined,
      subjects: ['proxy'],
      interrupted: new AbortController().signal,
      collectors: () => [],
      onLog: () => undefined,
      onStep: () => undefined,
      onUnwritten: (summary) => void unwritten.push(summary),
      ...given,
      budgets: { ...budgets, ...given.budgets },
    });
    const read = (name: string) =>
      readFile(join(folder, state.artifacts, name), 'utf8').catch(
        (error: unknown) => `unreadable: ${(error as NodeJS.ErrnoException).code ?? ''}`,
      );
    return { line, state, unwritten, log: await read('log.txt'), evidence: await read('evidence.jsonl') };
  } finally {
    await rm(folder, { recursive: true });
  }
}
