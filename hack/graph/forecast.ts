/** When each part of a graph will stand, if every part takes as long as it is expected to. Pure. */
import { byUrgency, type GraphPart, nextParts, type Widths } from './part-graph.ts';

export interface Forecast {
  readonly name: string;
  /** Milliseconds from now; 0 for a part that runs already. */
  readonly startsMs: number;
  readonly endsMs: number;
}

/** What is over and what runs, the latter with the milliseconds since its start. */
export interface Progress {
  readonly done: ReadonlySet<string>;
  readonly running: ReadonlyMap<string, number>;
}

export const nothingYet: Progress = { done: new Set(), running: new Map() };

/** By start, the parts that are not over yet. A part that takes longer than expected is taken to end now. */
export function forecast(
  parts: readonly GraphPart[],
  widths: Widths,
  progress: Progress = nothingYet,
): readonly Forecast[] {
  const ranked = byUrgency(parts);
  const done = new Set(progress.done);
  const ends = new Map<string, number>();
  const found: Forecast[] = [];
  const start = (part: GraphPart, now: number, sinceMs: number): void => {
    const endsMs = now + Math.max(0, part.expectedMs - sinceMs);
    ends.set(part.name, endsMs);
    found.push({ name: part.name, startsMs: now, endsMs });
  };
  for (const part of ranked) {
    const sinceMs = progress.running.get(part.name);
    if (sinceMs !== undefined) start(part, 0, sinceMs);
  }
  for (let now = 0; ;) {
    for (const part of nextParts(ranked, { done, running: new Set(ends.keys()) }, widths)) start(part, now, 0);
    if (ends.size === 0) break;
    now = Math.min(...ends.values());
    for (const [name, endsMs] of [...ends])
      if (endsMs <= now) {
        ends.delete(name);
        done.add(name);
      }
  }
  return found.sort((a, b) => a.startsMs - b.startsMs || a.endsMs - b.endsMs);
}

/** Milliseconds until all of `names` stand; those that are no part of the graph stand already. */
export function standsInMs(forecasts: readonly Forecast[], names: readonly string[]): number {
  const mine = forecasts.filter(({ name }) => names.includes(name));
  return Math.max(0, ...mine.map(({ endsMs }) => endsMs));
}
