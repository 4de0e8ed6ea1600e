/** Unasked-for datagrams to an isolated pod, one after the other. */
import { setTimeout as delay } from 'node:timers/promises';
import type { SpecContext } from '../../../harness/run/context.ts';
import { knock } from '../evidence/race-premises.ts';
import type { RaceStage } from '../stage/race-stage.ts';

const knockMs = 300;

/** Until one is not heard, or `withinMs` are over. */
export async function knockUntilDenied(t: SpecContext, stage: RaceStage, withinMs: number): Promise<void> {
  const settled = t.evidence.now() + withinMs;
  while (t.evidence.now() < settled && (await knock(stage, t.signal)).heard)
    await delay(knockMs, undefined, { signal: t.signal });
}

/** As long as `work` goes on; how many there were, and how many were heard. Throws what `work` throws. */
export async function knockDuring(
  t: SpecContext,
  stage: RaceStage,
  work: Promise<unknown>,
): Promise<{ readonly knocks: number; readonly heard: number }> {
  const state = { over: false };
  const done = work.finally(() => (state.over = true));
  // Awaited below; until then its failure must not count as nobody's.
  done.catch(() => undefined);
  let [knocks, heard] = [0, 0];
  while (!state.over && !t.signal.aborted) {
    knocks += 1;
    if ((await knock(stage, t.signal, knockMs)).heard) heard += 1;
    await delay(knockMs, undefined, { signal: t.signal });
  }
  await done;
  return { knocks, heard };
}
