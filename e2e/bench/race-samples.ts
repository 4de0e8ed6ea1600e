/** One run of a cell as the benchmark keeps it, in a file that later runs can add to. */
import { fileURLToPath } from 'node:url';
import type { AttemptLine } from '../harness/run/result-schema.ts';
import { readJsonLines, writeJsonLines } from '../report/json-lines.ts';
import type { RaceCell } from './race-cells.ts';

const file = fileURLToPath(new URL('../../reports/bench/race.samples.jsonl', import.meta.url));

export interface RaceSample {
  readonly cell: string;
  readonly wall: string;
  readonly verdict: string;
  /** Why an inconclusive run ended so. */
  readonly reason?: string;
  /** Measures of the run by name; see judgeRace and naturalRace. */
  readonly measures: Readonly<Record<string, number>>;
}

export function sampleOf(cell: Pick<RaceCell, 'name'>, attempt: AttemptLine): RaceSample {
  return {
    cell: cell.name,
    wall: new Date().toISOString(),
    verdict: attempt.verdict,
    ...(attempt.reason === undefined ? {} : { reason: attempt.reason }),
    measures: Object.fromEntries(attempt.measures.map(({ name, value }) => [name, Math.round(value * 100) / 100])),
  };
}

export const readSamples = (): Promise<readonly RaceSample[]> => readJsonLines<RaceSample>(file);

export const writeSamples = (samples: readonly RaceSample[]): Promise<void> => writeJsonLines(file, samples);
