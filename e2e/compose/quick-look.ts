/** `npm run e2e -- --quick`: each area's question answered both ways, by runs like any other. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { areas } from '../areas/index.ts';
import { runChild } from '../harness/run/child-run.ts';
import { EXIT } from '../harness/run/exit-codes.ts';
import { serialise } from '../harness/run/listing.ts';
import { kebab } from '../harness/run/options/option-schema.ts';
import type { Options } from '../harness/run/options/schema.ts';
import { watchOutput } from '../harness/run/output.ts';
import type { Verdict } from '../harness/run/result-schema.ts';
import { shown } from '../harness/run/shown.ts';
import type { RegisteredSpec } from '../harness/run/spec.ts';
import { UsageError } from '../harness/run/usage-error.ts';
import { outcomesOf, readRun } from '../report/run-record.ts';
import { clustersNow, removeClustersMade } from './clusters-made.ts';
import { quickPlan, quickTable, type QuickPlan, type QuickRun } from './quick-plan.ts';

const cli = fileURLToPath(new URL('../cli.ts', import.meta.url));
/** It selects specs and subjects by itself, and its runs share one cluster of the default provider. */
const refused = [
  ...['tags', 'grep', 'focus', 'skip', 'nightly', 'specs', 'shard', 'rerunFailed', 'plan'],
  ...['subject', 'backend', 'provider', 'reportsFolder', 'keep', 'reuse'],
] as const satisfies readonly (keyof Options)[];

/** Returns the exit code: 0 when each good subject passes and each known-bad one fails. Throws UsageError. */
export async function quickLook(
  argv: readonly string[],
  options: Options,
  all: readonly RegisteredSpec[],
): Promise<number> {
  for (const name of refused)
    if (options[name] !== undefined)
      throw new UsageError(`--quick chooses specs, subjects and a cluster by itself; leave out --${kebab(name)}`);
  const plan = quickPlan(areas.kinds);
  if (options.list !== undefined) {
    say(await listed(plan, options.list));
    return EXIT.asExpected;
  }
  const started = Date.now();
  const rest = argv.filter((word) => word !== '--quick');
  const folder = `reports/quick/${new Date(started).toISOString().replace(/\D/g, '').slice(0, 14)}`;
  await mkdir(folder, { recursive: true });
  // The run that writes there notices and ends; the cluster is still to be taken back.
  watchOutput(() => undefined);
  const before = await clustersNow(rest);
  say(`a first look at ${areas.names.join(', ')}: good subjects must pass, known-bad ones must fail`);
  const results = await play(plan, rest, folder);
  const isClean = await removeClustersMade(folder, before, rest);
  const ended = results.find(wasEnded);
  if (ended !== undefined) return ended.code;
  const { lines, surprises } = quickTable(results);
  say(['', ...lines, ''].join('\n'));
  const seconds = Math.round((Date.now() - started) / 1000);
  const left = all.length - new Set(results.flatMap(({ run }) => run.cells.map(({ spec }) => spec))).size;
  say(`${surprises.length === 0 ? 'all as they must be' : `${surprises.length} not as they must be`}, ${seconds} s`);
  say(`left out: ${left} of ${all.length} specs; npm run e2e -- --list names them, npm run e2e runs them`);
  say(`reports: ${folder}/*/latest/index.html`);
  if (surprises.length === 0) return isClean ? EXIT.asExpected : EXIT.infrastructure;
  return surprises.some((verdict) => verdict === 'pass' || verdict === 'fail') ? EXIT.failed : EXIT.infrastructure;
}

const say = (text: string): void => void process.stdout.write(shown(`${text}\n`));

async function listed({ onCluster, beside }: QuickPlan, format: NonNullable<Options['list']>): Promise<string> {
  const cells = [...onCluster, ...beside].flatMap(({ cells: of }) => of);
  if (format !== 'text') return serialise(cells, format);
  return cells.map(({ spec, subject, expected }) => `${spec}  on ${subject}: must ${expected}`).join('\n');
}

interface QuickResult {
  readonly run: QuickRun;
  readonly observed: ReadonlyMap<string, Verdict>;
  /** Above 128: a signal ended it. */
  readonly code: number;
}

/** Runs end in order when a signal comes: it reaches each of them, and nothing more is begun. */
async function play({ onCluster, beside }: QuickPlan, argv: readonly string[], folder: string) {
  const aside = beside.map((run) => judged(run, argv, folder, 'ignore'));
  const results: QuickResult[] = [];
  for (const run of onCluster) if (!results.some(wasEnded)) results.push(await judged(run, argv, folder, 'inherit'));
  return [...results, ...(await Promise.all(aside))];
}

const wasEnded = ({ code }: QuickResult): boolean => code > 128;

async function judged(
  run: QuickRun,
  argv: readonly string[],
  folder: string,
  stdout: 'inherit' | 'ignore',
): Promise<QuickResult> {
  const reports = join(folder, run.name);
  const args = [...process.execArgv, cli, ...run.args, ...argv, '--reports-folder', reports];
  const code = await runChild(args, { stdout });
  const record = await readRun(join(reports, 'latest')).catch(() => undefined);
  const outcomes = record === undefined ? [] : outcomesOf(record);
  return { run, code, observed: new Map(outcomes.map(({ spec, verdict }) => [spec.id, verdict])) };
}
