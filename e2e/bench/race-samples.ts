/** One run of a cell as the benchmark keeps it, in a file that later runs can add to. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AttemptLine } from '../harness/run/result-schema.ts';
import type { RaceCell } from './race-cells.ts';

const folder = fileURLToPath(new URL('../../reports/bench/', import.meta.url));
const file = `${folder}race.samples.jsonl`;

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

export function readSamples(): readonly RaceSample[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as RaceSample);
}

export function writeSamples(samples: readonly RaceSample[]): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, samples.map((sample) => `${JSON.stringify(sample)}\n`).join(''));
}
