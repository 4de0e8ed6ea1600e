/** One attempt as the flake rate keeps it, in a file that later runs add to: fifty repeats on a loaded machine take over an hour. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ResultLine, Verdict } from '../harness/run/result-schema.ts';

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

/** The last attempt of each spec and repetition in the lines of one run. */
export function samplesOf(lines: readonly ResultLine[], load: string): readonly FlakeSample[] {
  const start = lines.find((line) => line.type === 'run-start');
  return lines.flatMap((line): FlakeSample[] => {
    if (line.type !== 'attempt' || !line.final) return [];
    const { spec, repetition, verdict } = line;
    const reason = line.reason ?? line.failure?.message;
    return [
      {
        ...{ run: start?.run ?? '', load, slowFactor: start?.facts['slowFactor'] ?? '1' },
        ...{ spec: spec.id, repetition, verdict, ...(reason === undefined ? {} : { reason }) },
      },
    ];
  });
}

/** Throws for a file that holds something else; a missing one holds none. */
export async function readSamples(file: string): Promise<readonly FlakeSample[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  });
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as FlakeSample);
}

export async function writeSamples(file: string, samples: readonly FlakeSample[]): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, samples.map((sample) => `${JSON.stringify(sample)}\n`).join(''));
}
