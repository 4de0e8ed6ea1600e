/** `npm run watch -- soak`: do watches of this cluster deliver, for hours, on the public and on the private path? */
import { writeFile } from 'node:fs/promises';
import { readSoakOptions, watchUsage } from '../areas/watch/command/watch-soak-options.ts';
import { soakTable, soakVerdict } from '../areas/watch/command/watch-soak-table.ts';
import { readRun } from '../report/run-record.ts';
import { compareWatchRuns, comparisonText } from '../report/watch-comparison.ts';
import { watchMatrix } from '../report/watch-matrix.ts';
import type { AttemptLine } from '../harness/run/result-schema.ts';
import { ENDING_SIGNALS, EXIT, exitCodeOfSignal } from '../harness/run/exit-codes.ts';
import { watchOutput } from '../harness/run/output.ts';
import { UsageError } from '../harness/run/usage-error.ts';
import { shown } from '../harness/run/shown.ts';

const say = (line: string): void => void process.stderr.write(shown(`${line}\n`));

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  if (argv.some((argument) => argument === '-h' || argument === '--help')) {
    process.stdout.write(shown(`${watchUsage}\n`));
    return EXIT.asExpected;
  }
  const interrupted = new AbortController();
  let signalCode: number | undefined;
  // The table is written last: what the soak made is taken back by then, and its report file is still to come.
  watchOutput(() => undefined);
  for (const name of ENDING_SIGNALS)
    process.on(name, () => {
      signalCode ??= exitCodeOfSignal(name);
      interrupted.abort(new Error(`${name}: the soak was interrupted`));
    });
  try {
    if (argv[0] === 'matrix') return await printMatrix(argv.slice(1));
    if (argv[0] === 'compare') return await printComparison(argv.slice(1));
    if (argv[0] === 'image') return await makeImage(argv.slice(1), interrupted.signal);
    const options = readSoakOptions(argv);
    const { soak } = await import('../areas/watch/command/watch-soak.ts');
    const rows = await soak(options, interrupted.signal, say);
    process.stdout.write(shown(`${soakTable(rows)}\n`));
    if (options.report !== undefined) await writeFile(options.report, `${JSON.stringify(rows, null, 2)}\n`);
    return soakVerdict(rows);
  } catch (error) {
    say((error as Error).message);
    if (error instanceof UsageError) say(watchUsage);
    return signalCode ?? (error instanceof UsageError ? EXIT.usage : EXIT.infrastructure);
  }
}

async function makeImage(rest: readonly string[], signal: AbortSignal): Promise<number> {
  if (rest.length > 0) throw new UsageError(`image takes no argument, got ${rest.join(' ')}`);
  const [{ watcherClients, watcherImage }, { createSteps }] = await Promise.all([
    import('../../hack/subjects/apiserver-watchers.ts'),
    import('../../hack/process/steps.ts'),
  ]);
  process.stdout.write(shown(`${await watcherImage(watcherClients, { steps: createSteps(say), signal }, say)}\n`));
  return EXIT.asExpected;
}

async function printMatrix([folder = 'reports/latest', ...rest]: readonly string[]): Promise<number> {
  if (rest.length > 0) throw new UsageError(`matrix takes one folder, got ${rest.length + 1}`);
  const matrix = watchMatrix(await resultsOf(folder));
  if (matrix === undefined) throw new UsageError(`${folder}: no cell of the watch area is in it`);
  process.stdout.write(shown(`${matrix}\n`));
  return EXIT.asExpected;
}

/** 0: the same verdicts and every cell decided, 1: verdicts differ, 2: a cell is open or there is none. */
async function printComparison(folders: readonly string[]): Promise<number> {
  const [first, second, ...rest] = folders;
  if (first === undefined || second === undefined || rest.length > 0)
    throw new UsageError(`compare takes two folders, got ${folders.length}`);
  const comparison = compareWatchRuns(await resultsOf(first), await resultsOf(second));
  process.stdout.write(shown(`${comparisonText(comparison)}\n`));
  if (comparison.different.length > 0) return EXIT.failed;
  return comparison.undecided.length > 0 || comparison.shared === 0 ? EXIT.infrastructure : EXIT.asExpected;
}

async function resultsOf(folder: string): Promise<readonly AttemptLine[]> {
  const { start, attempts, troubles } = await readRun(folder);
  if (start === undefined)
    throw new UsageError(`${folder}: ${troubles[0] ?? 'no results'}; the run is: npm run e2e -- --tags watch`);
  return attempts;
}
