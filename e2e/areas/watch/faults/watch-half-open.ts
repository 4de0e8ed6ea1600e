/** A connection whose client vanished without a word: does the server shed it, and when? */
import { setTimeout as delay } from 'node:timers/promises';
import type { Bed } from '../stage/idle-load-balancer.ts';
import { InconclusiveError } from '../../../harness/run/verdict-errors.ts';

export interface HalfOpenOptions {
  readonly bed: Bed;
  /** Connections of the client that the server's kernel holds as established. */
  readonly held: () => Promise<number>;
  /** Ends the client; nothing of its farewell passes. */
  readonly leave: () => Promise<void>;
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

export interface HalfOpenResult {
  /** From the last packet that passed to the first look without the connection; undefined when it stayed. */
  readonly shedAfterMs?: number;
  readonly observedForMs: number;
  /** Packets of either end that the closed path stopped: the client's farewell, the server's probes. */
  readonly stopped: number;
  /** [ms since the path was cut, connections held] */
  readonly points: readonly (readonly [number, number])[];
}

const lookEveryMs = 1000;

/** Cuts the path in both directions, lets the client go, and looks until the server has let go too. Throws InconclusiveError when there was nothing to shed. */
export async function watchHalfOpen(options: HalfOpenOptions): Promise<HalfOpenResult> {
  const { bed, held, leave, limitMs, signal } = options;
  const lane = 'blackhole-all';
  const before = await held();
  if (before === 0)
    throw new InconclusiveError('half-open connection: the server held none before its client vanished');
  await bed.fire(lane);
  const started = performance.now();
  const since = (): number => performance.now() - started;
  await leave();
  const atLeaving = await held();
  if (atLeaving === 0)
    throw new InconclusiveError('half-open connection: the server knew of the end at once, so the path was not cut');
  const points: [number, number][] = [[0, before]];
  let shedAfterMs: number | undefined;
  while (shedAfterMs === undefined && since() < limitMs) {
    await delay(lookEveryMs, undefined, { signal });
    const now = await held();
    points.push([since(), now]);
    if (now === 0) shedAfterMs = since();
  }
  const { gated } = await bed.counters(lane);
  return {
    ...(shedAfterMs === undefined ? {} : { shedAfterMs }),
    observedForMs: since(),
    stopped: gated,
    points,
  };
}

/** Data lines of `ss -H`: one a connection. */
export function countSockets(text: string): number {
  return text.split('\n').filter((line) => line.trim() !== '').length;
}
