/** What passes between `npm test` and the processes that run test files. */
import type { Tally } from '../test-tally.ts';

export interface FileResult {
  readonly file: string;
  readonly tally: Tally;
  /** Milliseconds, loading included. */
  readonly tookMs: number;
  /** Full title → milliseconds, of tests that passed. */
  readonly durations: Readonly<Record<string, number>>;
  /** `failed: …` and `flaky: …`, one line each. */
  readonly remarks: readonly string[];
  /** What a failed test said, stack and difference included. */
  readonly output: string;
}
