/** One attempt as the flake rate keeps it, in a file that later runs add to: fifty repeats on a loaded machine take over an hour. */
import type { Verdict } from '../harness/run/result-schema.ts';
import type { RunRecord } from '../report/run-record.ts';

export interface FlakeSample {
  readonly run: string;
  /** `2 CPU hogs, 1 disk hog, API 200 ms later` */
  readonly load: string;
  readonly slowFactor: string;
  readonly spec: string;
  readonly repetition: number;
  readonly verdict: Verdict;
  /** Why it was not judged, or what was observed where the subject failed. */
  readonly reason?: string;
}

/** The last attempt of each spec and repetition of one run. */
export function samplesOf({ start, attempts }: RunRecord, load: string): readonly FlakeSample[] {
  return attempts.flatMap((line): FlakeSample[] => {
    if (!line.final) return [];
    const { spec, repetition, verdict } = line;
    // What a failure observed, not what was going on meanwhile.
    const reason = (verdict === 'fail' ? undefined : line.reason) ?? line.failure?.message;
    return [
      {
        ...{ run: start?.run ?? '', load, slowFactor: start?.facts['slowFactor'] ?? '1' },
        ...{ spec: spec.id, repetition, verdict, ...(reason === undefined ? {} : { reason }) },
      },
    ];
  });
}
