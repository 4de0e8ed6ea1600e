/** A run of the suite's own command as one sample of a benchmark. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { AttemptLine } from '../harness/run/result-schema.ts';
import { readRun, type RunRecord } from '../report/run-record.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Its console output goes to stderr. Throws when it judged nothing or did not come to its end: there is no number in it. */
export async function runSuite(args: readonly string[], folder: string): Promise<RunRecord> {
  const argv = ['--import', 'tsx', join(root, 'e2e/cli.ts'), ...args, '--reports-folder', folder];
  const { exitCode } = await execa(process.execPath, argv, { cwd: root, stdio: ['ignore', 2, 2], reject: false });
  const run = await readRun(join(folder, 'latest'));
  if (run.attempts.length === 0)
    throw new Error(`${args.join(' ')} judged nothing and ended with ${String(exitCode)}: ${run.troubles.join('; ')}`);
  if (run.end === undefined || exitCode !== run.end.exitCode)
    throw new Error(
      `${args.join(' ')} ended with ${String(exitCode)}, its results say ${String(run.end?.exitCode)}: ${run.troubles.join('; ')}`,
    );
  return run;
}

/** Seconds from the first start to the last end, without what came before the specs; -Infinity of none. */
export function spanSeconds(attempts: readonly AttemptLine[]): number {
  const start = Math.min(...attempts.map(({ startedAt }) => startedAt));
  return (Math.max(...attempts.map(({ endedAt }) => endedAt)) - start) / 1000;
}
