/** The last look at what has to go: when it is gone, or when its time is over. */
import { setTimeout as delay } from 'node:timers/promises';
import type { SpecContext } from '../../../harness/run/context.ts';

export interface LastLook<T> {
  readonly seen: T;
  /** From the first look on, to the end of the last one. */
  readonly durationMs: number;
}

/** Looks every `everyMs`. No look is cut short: the last one may end after `withinMs`, and one always ends after it where nothing goes. */
export async function lastLook<T>(
  t: SpecContext,
  time: { readonly withinMs: number; readonly everyMs: number },
  look: () => Promise<T>,
  isGone: (seen: T) => boolean,
): Promise<LastLook<T>> {
  const started = t.evidence.now();
  for (;;) {
    const seen = await look();
    const durationMs = t.evidence.now() - started;
    if (isGone(seen) || durationMs > time.withinMs) return { seen, durationMs };
    await delay(time.everyMs, undefined, { signal: t.signal });
  }
}
