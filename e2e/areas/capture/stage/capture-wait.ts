/** Polls with a deadline and a signal; the error says what was waited for, how long and how often. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Between } from '../../../harness/run/time-bound.ts';

export class NotReached extends Error {
  override readonly name = 'NotReached';
}

const INTERVAL_MS = 150;

/** Resolves with the first value that is not undefined. Throws NotReached at the deadline, the signal's reason when it aborts. */
export async function waitUntil<T>(
  what: string,
  timeoutMs: number,
  signal: AbortSignal,
  probe: () => Promise<T | undefined>,
): Promise<T> {
  const start = performance.now();
  for (let tries = 1; ; tries++) {
    signal.throwIfAborted();
    const value = await probe();
    if (value !== undefined) return value;
    const spent = performance.now() - start;
    if (spent > timeoutMs)
      throw new NotReached(`${what}: not so after ${(spent / 1000).toFixed(1)} s (${tries} tries)`);
    await delay(INTERVAL_MS, undefined, { signal });
  }
}

/** Undefined instead of NotReached: for what the subject owes, which is judged and not assumed. */
export async function reached<T>(wait: Promise<T>): Promise<T | undefined> {
  try {
    return await wait;
  } catch (error) {
    if (error instanceof NotReached) return undefined;
    throw error;
  }
}

/** Looks again and again whether something has happened since `startMs` (of performance.now()); `wait` ends it. */
export async function happened(
  startMs: number,
  wait: (probe: () => Promise<true | undefined>) => Promise<true>,
  look: () => Promise<boolean>,
): Promise<Between> {
  let afterMs = 0;
  let byMs: number | undefined;
  await reached(
    wait(async () => {
      const begun = performance.now() - startMs;
      if (!(await look())) {
        afterMs = begun;
        return undefined;
      }
      byMs = performance.now() - startMs;
      return true;
    }),
  );
  return byMs === undefined ? { afterMs } : { afterMs, byMs };
}
