/**
 * `npm run bench default-run -- [--from FOLDER…]`: the README's first command from its start to its end, the cluster included,
 * images built before. `--from` takes runs that were there already, folders with their results.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { asExpected } from '../harness/run/verdict.ts';
import { readRun, type RunRecord } from '../report/run-record.ts';
import { lineOf, type BenchLine } from './bench-line.ts';
import { runSuite, spanSeconds } from './run-suite.ts';

const barSeconds = 600;

export async function bench(args: readonly string[]): Promise<readonly BenchLine[]> {
  const { values } = parseArgs({
    args: [...args],
    options: { from: { type: 'string', multiple: true, default: [] } },
  });
  const runs = await Promise.all(values.from.map((folder) => readRun(folder)));
  return defaultRunLines(runs.length > 0 ? runs : [await runOnce()]);
}

async function runOnce(): Promise<RunRecord> {
  const folder = await mkdtemp(join(tmpdir(), 'staleproof-bench-default-run-'));
  try {
    return await runSuite(['--grep', 'conntrack'], folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Seconds from the start of the run. */
function firstVerdict({ attempts }: RunRecord): number {
  return Math.min(...attempts.map(({ endedAt }) => endedAt)) / 1000;
}

/** Throws for a run that was cut off: its time says nothing. */
export function defaultRunLines(runs: readonly RunRecord[]): readonly BenchLine[] {
  const wholes = runs.map(({ name, end, troubles }) => {
    if (end === undefined) throw new Error(`run ${name} has no end: ${troubles.join('; ')}`);
    return end.at / 1000;
  });
  const attempts = runs.flatMap((run) => run.attempts);
  const areas = [...new Set(attempts.map(({ spec }) => spec.area))].sort();
  const judged = Math.max(...runs.map((run) => run.attempts.length));
  return [
    lineOf(`npm run e2e -- --grep conntrack, ${judged} specs and the cluster`, wholes, 's', { bar: barSeconds }),
    lineOf(
      'of that, until the first verdict',
      runs.filter(({ attempts: mine }) => mine.length > 0).map(firstVerdict),
      's',
    ),
    ...areas.map((area) =>
      lineOf(
        `of that, ${area}, from the first start to the last end`,
        runs
          .map((run) => run.attempts.filter(({ spec }) => spec.area === area))
          .filter((mine) => mine.length > 0)
          .map(spanSeconds),
        's',
      ),
    ),
    {
      ...{ what: `specs not as expected, in ${runs.length} runs`, unit: 'specs', bar: 0, better: 'less' },
      value: attempts.filter(({ verdict }) => !asExpected(verdict)).length,
    },
  ];
}
