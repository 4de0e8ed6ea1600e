/** The run's one clock: milliseconds since run start, monotonic. Fixed to the wall clock once, at the start. */
import { performance } from 'node:perf_hooks';

export class RunClock {
  readonly #start = performance.now();
  readonly #wallAtStart = performance.timeOrigin + this.#start;

  now(): number {
    return round(performance.now() - this.#start);
  }

  /** @param epochMs wall clock of this machine, fractions allowed */
  fromWall(epochMs: number): number {
    return round(epochMs - this.#wallAtStart);
  }

  /** Milliseconds since the epoch by the wall clock as it was at the start: later steps of it do not show. */
  toWall(runMs: number): number {
    return round(runMs + this.#wallAtStart);
  }
}

/** Microseconds are enough for a line in a file. */
const round = (ms: number): number => Math.round(ms * 1000) / 1000;
