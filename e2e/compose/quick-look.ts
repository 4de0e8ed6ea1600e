/** `npm run e2e -- --quick`: each area's question answered both ways, by runs like any other. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { areas } from '../areas/index.ts';
import { ENDING_SIGNALS, EXIT, exitCodeOfSignal } from '../harness/run/exit-codes.ts';
import type { Options } from '../harness/run/options/schema.ts';
import type { Verdict } from '../harness/run/result-schema.ts';
import { shown } from '../harness/run/shown.ts';
import type { RegisteredSpec } from '../harness/run/spec.ts';
import { UsageError } from '../harness/run/usage-error.ts';
import { outcomesOf, readRun } from '../report/run-record.ts';
import { quickPlan, quickTable, type QuickPlan, type QuickRun } from './quick-plan.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
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
    if (options[name] !== undefined) {
      const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
      throw new UsageError(`--quick chooses specs, subjects and a cluster by itself; leave out --${flag}`);
    }
  const plan = quickPlan(areas.kinds);
  if (options.list !== undefined) {
    say(await listed(plan, options.list));
    return EXIT.asExpected;
  }
  const started = Date.now();
  const session = new QuickSession(
    argv.filter((word) => word !== '--quick'),
    `reports/quick/${new Date(started).toISOString().replace(/\D/g, '').slice(0, 14)}`,
  );
  say(`a first look at ${areas.names.join(', ')}: good subjects must pass, known-bad ones must fail`);
  const results = await session.play(plan.onCluster, plan.beside);
  if (session.signal !== undefined) return exitCodeOfSignal(session.signal);
  const { lines, surprises } = quickTable(results);
  say(['', ...lines, ''].join('\n'));
  const seconds = Math.round((Date.now() - started) / 1000);
  const left = all.length - new Set(results.flatMap(({ run }) => run.cells.map(({ spec }) => spec))).size;
  say(`${surprises.length === 0 ? 'all as they must be' : `${surprises.length} not as they must be`}, ${seconds} s`);
  say(`left out: ${left} of ${all.length} specs; npm run e2e -- --list names them, npm run e2e runs them`);
  say(`reports: ${session.folder}/*/latest/index.html`);
  if (surprises.length === 0) return session.cleanUp === EXIT.asExpected ? EXIT.asExpected : EXIT.infrastructure;
  return surprises.some((verdict) => verdict === 'pass' || verdict === 'fail') ? EXIT.failed : EXIT.infrastructure;
}

const say = (text: string): void => void process.stdout.write(shown(`${text}\n`));

async function listed({ onCluster, beside }: QuickPlan, format: NonNullable<Options['list']>): Promise<string> {
  const cells = [...onCluster, ...beside].flatMap(({ cells: of }) => of);
  if (format === 'json') return JSON.stringify(cells, null, 2);
  if (format === 'yaml') {
    const { dump } = await import('js-yaml');
    return dump(cells, { noRefs: true }).trimEnd();
  }
  return cells.map(({ spec, subject, expected }) => `${spec}  on ${subject}: must ${expected}`).join('\n');
}

interface QuickResult {
  readonly run: QuickRun;
  readonly observed: ReadonlyMap<string, Verdict>;
}

class QuickSession {
  readonly folder: string;
  readonly #argv: readonly string[];
  readonly #running = new Set<{ kill(signal: NodeJS.Signals): boolean }>();
  /** What ended it from outside. */
  signal: NodeJS.Signals | undefined;
  /** How taking the cluster down ended. */
  cleanUp: number = EXIT.asExpected;

  constructor(argv: readonly string[], folder: string) {
    this.#argv = argv;
    this.folder = folder;
  }

  async play(onCluster: readonly QuickRun[], beside: readonly QuickRun[]): Promise<readonly QuickResult[]> {
    const pass = (signal: NodeJS.Signals) => {
      this.signal ??= signal;
      for (const child of this.#running) child.kill(signal);
    };
    for (const signal of ENDING_SIGNALS) process.on(signal, pass);
    try {
      const aside = beside.map((run) => this.#run(run, 'pipe'));
      const results: QuickResult[] = [];
      for (const run of onCluster) if (this.signal === undefined) results.push(await this.#run(run, 'inherit'));
      results.push(...(await Promise.all(aside)));
      this.cleanUp = await this.#clustersDown();
      return results;
    } finally {
      for (const signal of ENDING_SIGNALS) process.off(signal, pass);
    }
  }

  async #run(run: QuickRun, output: 'inherit' | 'pipe'): Promise<QuickResult> {
    const reports = join(this.folder, run.name);
    const child = execa(
      process.execPath,
      [...process.execArgv, join(root, 'e2e/cli.ts'), ...run.args, ...this.#argv, '--reports-folder', reports],
      { reject: false, stdio: ['inherit', output, output], all: true, cleanup: false },
    );
    this.#running.add(child);
    const { all } = await child;
    this.#running.delete(child);
    const record = await readRun(join(reports, 'latest')).catch(() => undefined);
    // Nothing but its output says why a run has no results.
    if (record === undefined && typeof all === 'string') say(all);
    const observed = (record === undefined ? [] : outcomesOf(record)).map(
      ({ spec, verdict }) => [spec.id, verdict] as const,
    );
    return { run, observed: new Map(observed) };
  }

  /** Those that these runs made, and no other. */
  async #clustersDown(): Promise<number> {
    const { exitCode } = await execa(
      process.execPath,
      [...process.execArgv, join(root, 'e2e/commands/cluster.ts'), 'down', '--made-by', this.folder],
      { reject: false, stdio: ['ignore', 'ignore', 'inherit'] },
    );
    return exitCode ?? EXIT.infrastructure;
  }
}
