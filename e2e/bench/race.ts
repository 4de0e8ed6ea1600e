/**
 * `npm run bench race -- [runs] [cell…] [--more]`: how much of a race one iteration shows, on the racy and on the fixed agent, in
 * both modes; what 60,000 flows cost; how many detections a minute chance gives on the same cluster. Each sample is one run of
 * the suite's own spec. `--more` adds to the samples that reports/bench/race.samples.jsonl holds: twenty runs take their time.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clustersNow, removeClustersMade } from '../compose/clusters-made.ts';
import type { AttemptLine } from '../harness/run/result-schema.ts';
import type { BenchLine } from './bench-line.ts';
import { cells, type RaceCell } from './race-cells.ts';
import { raceLines } from './race-lines.ts';
import { type RaceSample, readSamples, sampleOf, writeSamples } from './race-samples.ts';
import { runSuite } from './run-suite.ts';

const usualRuns = 3;

export async function bench(args: readonly string[]): Promise<readonly BenchLine[]> {
  const words = args.filter((arg) => !arg.startsWith('-') && !/^\d+$/.test(arg));
  const unknown = words.find((word) => !cells.some(({ name }) => name.includes(word)));
  if (unknown !== undefined) throw new Error(`no cell ${unknown}; cells: ${cells.map(({ name }) => name).join(', ')}`);
  const runs = Number(args.find((arg) => /^\d+$/.test(arg)) ?? usualRuns);
  const chosen = cells.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
  const samples: RaceSample[] = args.includes('--more') ? [...(await readSamples())] : [];
  const folder = await mkdtemp(join(tmpdir(), 'staleproof-bench-race-'));
  const before = await clustersNow([]);
  try {
    for (const cell of chosen) {
      const attempts = await run(cell, runs, join(folder, cell.name));
      samples.push(...attempts.map((attempt) => sampleOf(cell, attempt)));
      await writeSamples(samples);
    }
  } finally {
    await removeClustersMade(folder, before, []);
    await rm(folder, { recursive: true, force: true });
  }
  return raceLines(samples);
}

/** One run with as many repetitions as asked; the cluster stays for the next cell. */
async function run(cell: RaceCell, runs: number, folder: string): Promise<readonly AttemptLine[]> {
  const repeat = cell.once === true ? 1 : runs;
  const args = ['--focus', `${cell.spec}$`, '--subject', cell.subject, '--repeat', String(repeat), ...cell.args];
  return (await runSuite([...args, '--reuse', '--keep', '--reporter', 'none'], folder)).attempts;
}
