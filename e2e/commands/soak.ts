/** `npm run soak -- --area udp --hours 8`: the same claims for hours, with a page, metrics and a table that outlive the process. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { areas } from '../areas/index.ts';
import type { SoakRow } from '../areas/watch/command/watch-soak.ts';
import { soakTable } from '../areas/watch/command/watch-soak-table.ts';
import { clustersNow, removeClustersMade } from '../compose/clusters-made.ts';
import { runChild } from '../harness/run/child-run.ts';
import { ENDING_SIGNALS, EXIT, exitCodeOfSignal } from '../harness/run/exit-codes.ts';
import { watchOutput } from '../harness/run/output.ts';
import { shown } from '../harness/run/shown.ts';
import { UsageError } from '../harness/run/usage-error.ts';
import { findRuns } from '../report/find-runs.ts';
import { repeatsOf, type Repeats } from '../report/repeats/repeat-data.ts';
import { repeatPage } from '../report/repeats/repeat-page.ts';
import { readRun } from '../report/run-record.ts';
import type { WatchCounts } from '../soak/soak-metrics.ts';
import { type Round, roundFolder, soakExit, type Soaking, soakRounds } from '../soak/soak-rounds.ts';
import { readSoakOptions, SOAK_HELP, type SoakOptions } from '../soak/soak-options.ts';
import { serveSoak } from '../soak/soak-server.ts';

interface State {
  rounds: readonly Round[];
  repeats: readonly Repeats[];
  watches: readonly (SoakRow & WatchCounts)[];
}

const root = fileURLToPath(new URL('../..', import.meta.url));
let interrupted: number | undefined;
const interruption = (): number | undefined => interrupted;

async function main(argv: readonly string[]): Promise<number> {
  if (argv.some((argument) => argument === '-h' || argument === '--help')) {
    process.stdout.write(shown(SOAK_HELP));
    return EXIT.asExpected;
  }
  const names = areas.all.map(({ name }) => name);
  const options = readSoakOptions(argv, names);
  // The round that goes on hears the signal too and cleans up.
  for (const signal of ENDING_SIGNALS) process.on(signal, () => (interrupted ??= exitCodeOfSignal(signal)));
  watchOutput(({ readerLeft }) => (interrupted ??= readerLeft ? EXIT.closedOutput : EXIT.infrastructure));
  const out = resolve(options.out);
  const state: State = { rounds: [], repeats: [], watches: [] };
  const server =
    options.metrics === undefined
      ? undefined
      : await serveSoak(options.metrics, () => ({
          ...{ area: options.area, hours: options.hours, ...state },
          process: {
            residentBytes: process.memoryUsage.rss(),
            openHandles: process.getActiveResourcesInfo().length,
          },
        }));
  if (server !== undefined) say(`http://${options.metrics?.host ?? ''}:${server.port}/ while it runs`);
  const before = await clustersNow(options.rest);
  try {
    const rounds = await soakRounds({
      out,
      hours: options.hours,
      asked: ['--area', options.area, ...options.rest].join(' '),
      now: () => performance.now(),
      interrupted: () => interruption() !== undefined,
      countsWhatWasCut: options.area === 'watch',
      run: options.area === 'watch' ? watchRound(options) : specRound(options),
      told: async (now) => {
        state.rounds = [...now];
        state.repeats = await repeatsBelow(join(out, 'rounds'));
        state.watches = await watchRows(out, now);
        await writeTables(out, options, state);
      },
    });
    const table = join(out, 'soak.md');
    process.stdout.write(shown(`${rounds.length} rounds, ${hoursOf(rounds).toFixed(2)} hours; ${table}\n`));
    return interruption() ?? soakExit(rounds);
  } finally {
    await server?.close();
    if (!(await removeClustersMade(out, before, options.rest))) say('a cluster of the soak stays');
  }
}

/** Watches wait for hours by themselves: one round is all that is left. */
function watchRound({ rest }: SoakOptions): Soaking['run'] {
  return async (folder, leftMs) => {
    await mkdir(folder, { recursive: true });
    const hours = String(leftMs / 3_600_000);
    const report = ['--report', join(folder, 'watches.json')];
    return runChild(
      ['--import', 'tsx', join(root, 'e2e/commands/watch.ts'), 'soak', ...rest, '--hours', hours, ...report],
      { cwd: process.cwd() },
    );
  };
}

function specRound({ area, rest }: SoakOptions): Soaking['run'] {
  const tags = rest.some((word) => /^(--tags|--focus)(=|$)/.test(word)) ? [] : ['--tags', area];
  return (folder) =>
    runChild(
      [
        ...['--import', 'tsx', join(root, 'e2e/cli.ts'), ...tags, ...rest],
        ...['--reuse', '--keep', '--quiet', '--reporter', 'none', '--reports-folder', folder],
      ],
      { cwd: process.cwd(), stdout: 'stderr' },
    );
}

async function watchRows(out: string, rounds: readonly Round[]): Promise<readonly (SoakRow & WatchCounts)[]> {
  const files = await Promise.all(
    rounds.map(({ round }) => readFile(join(roundFolder(out, round), 'watches.json'), 'utf8').catch(() => '[]')),
  );
  return files
    .flatMap((text) => JSON.parse(text) as readonly SoakRow[])
    .map((row) => ({ ...row, counts: countsOf(row.summary ?? {}) }));
}

function countsOf(summary: Readonly<Record<string, unknown>>): Readonly<Record<string, number>> {
  const named = ['delivered', 'missed', 'foundLater', 'failedUpdates'];
  return Object.fromEntries(
    named.flatMap((name) => (typeof summary[name] === 'number' ? [[name, summary[name]]] : [])),
  );
}

function watchTable(watches: readonly SoakRow[]): readonly string[] {
  return watches.length === 0 ? [] : ['## Watches', '', soakTable(watches), ''];
}

async function repeatsBelow(folder: string): Promise<readonly Repeats[]> {
  const found = await findRuns([folder]).catch(() => []);
  return repeatsOf(await Promise.all(found.map((run) => readRun(run))));
}

async function writeTables(
  out: string,
  { area, hours }: SoakOptions,
  { rounds, repeats, watches }: State,
): Promise<void> {
  const facts = { area, 'hours soaked': `${hoursOf(rounds).toFixed(2)} of ${hours}`, rounds: String(rounds.length) };
  const list = rounds.map(
    ({ round, began, ms, exit }) => `| ${round} | ${began} | ${Math.round(ms / 1000)} s | ${exit} |`,
  );
  const head = [`# Soak of ${area}`, '', ...Object.entries(facts).map(([name, value]) => `- ${name}: ${value}`), ''];
  const table = ['| round | began | took | exit code |', '|---|---|---|---|', ...list, ''];
  await writeFile(
    join(out, 'soak.md'),
    [...head, ...table, ...watchTable(watches), ...repeats.map((one) => repeatPage(one, facts))].join('\n'),
  );
}

const hoursOf = (rounds: readonly Round[]): number => rounds.reduce((sum, { ms }) => sum + ms, 0) / 3_600_000;
const say = (line: string): void => void process.stderr.write(shown(`staleproof soak: ${line}\n`));

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    const usage = error instanceof UsageError;
    say(error instanceof Error ? (usage ? error.message : (error.stack ?? error.message)) : String(error));
    process.exit(usage ? EXIT.usage : EXIT.infrastructure);
  },
);
