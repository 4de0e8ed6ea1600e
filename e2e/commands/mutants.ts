/** `npm run prove -- mutants`: every known-bad subject under the specs that must catch it, and the good ones beside them. */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { areas } from '../areas/index.ts';
import { composition } from '../compose/composition.ts';
import { runChild } from '../harness/run/child-run.ts';
import { EXIT } from '../harness/run/exit-codes.ts';
import { watchOutput } from '../harness/run/output.ts';
import { loadSpecs } from '../harness/run/spec-registry.ts';
import type { KillFact } from '../report/mutants/kill-facts.ts';
import type { KillTable } from '../report/mutants/kill-table.ts';
import { clustersNow, removeClustersMade } from '../compose/clusters-made.ts';
import { areaOfKind, chosenSubjects, killRuns, type KillRun, type KillSpec } from './mutants-cells.ts';
import { HELP, type MutantsOptions, mutantsOptions, runArguments, runLine } from './mutants-options.ts';
import { runCommandLine } from './run-command-line.ts';
import { shown } from '../harness/run/shown.ts';

const { subjects } = areas;
const root = fileURLToPath(new URL('../..', import.meta.url));

async function main(argv: readonly string[]): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(shown(HELP));
    return EXIT.asExpected;
  }
  const options = mutantsOptions(argv, new Date());
  const specs = (await loadSpecs(composition.specFolders, areas)).map(({ meta }) => meta);
  const runs = killRuns(options, subjects, specs);
  if (options.list) {
    process.stdout.write(shown(`${runs.map(runLine).join('\n')}\n`));
    return EXIT.asExpected;
  }
  if (options.from.length > 0) return finish(await update(options, specs, options.from), options);
  // The run that writes there notices and ends; clusters and tables are still to be seen to.
  watchOutput(() => undefined);
  let tables: readonly KillTable[] = await update(options, specs, []);
  const before = await clustersNow(options.rest);
  for (const [index, run] of runs.entries()) {
    process.stderr.write(shown(`\nkill matrix, run ${index + 1}/${runs.length}: ${runLine(run, index)}\n`));
    const folder = resolve(root, options.runs, run.name);
    await mkdir(folder, { recursive: true });
    const code = await start(run, options);
    // After each run, so that an interrupted matrix keeps what it has.
    tables = await update(options, specs, [folder]);
    if (code > 128) {
      process.stderr.write(shown(`kill matrix: interrupted in run ${index + 1} of ${runs.length}\n`));
      await removeClustersMade(resolve(root, options.runs), before, options.rest);
      return code;
    }
    // The options of a run differ in names only, so the next one would be refused as well.
    if (code === EXIT.usage) return code;
  }
  await removeClustersMade(resolve(root, options.runs), before, options.rest);
  return finish(tables, options);
}

/** Runs one cell to its end. */
function start(run: KillRun, options: MutantsOptions): Promise<number> {
  return runChild(['--import', 'tsx', 'e2e/cli.ts', ...runArguments(run, options)], { cwd: root });
}

/** Reads the runs below `folders` into the table of each area that the request is about, and writes those. */
async function update(
  options: MutantsOptions,
  specs: readonly KillSpec[],
  folders: readonly string[],
): Promise<readonly KillTable[]> {
  const { findRuns } = await import('../report/find-runs.ts');
  const { readRun } = await import('../report/run-record.ts');
  const { factsOf, mergeFacts } = await import('../report/mutants/kill-facts.ts');
  const { killTable } = await import('../report/mutants/kill-table.ts');
  const { readKillFacts, writeKillTable } = await import('../report/mutants/write-kill-table.ts');
  const found: KillFact[] = [];
  for (const folder of folders.length === 0 ? [] : await findRuns(folders))
    found.push(...factsOf(await readRun(folder)));
  const chosen = chosenSubjects(options, subjects);
  const out = resolve(root, options.out);
  const tables: KillTable[] = [];
  for (const area of new Set(chosen.map(({ kind }) => areaOfKind(kind)))) {
    const ofArea = (id: string): boolean => id.startsWith(`${area}/`);
    const facts = mergeFacts(
      await readKillFacts(out, area),
      found.filter(({ spec }) => ofArea(spec)),
    );
    const ids = specs.map(({ id }) => id).filter(ofArea);
    const mine = subjects.filter(({ kind }) => areaOfKind(kind) === area);
    const expected = chosen.map(({ name }) => name);
    const table = killTable(area, ids, mine, facts, expected);
    if (facts.length > 0) await writeKillTable(table, facts, out);
    tables.push(table);
  }
  return tables;
}

async function finish(tables: readonly KillTable[], options: MutantsOptions): Promise<number> {
  const { judgeKills } = await import('../report/mutants/kill-rule.ts');
  const only = options.subjects.length === 0 ? undefined : options.subjects;
  const { exitCode, problems } = judgeKills(tables, only);
  for (const { area, rows } of tables) {
    const mutants = rows.filter(({ good }) => !good);
    const killed = mutants.filter(({ status }) => status === 'killed');
    const file = join(options.out, `${area}.md`);
    process.stdout.write(shown(`${area}: ${killed.length} of ${mutants.length} known-bad subjects killed; ${file}\n`));
  }
  for (const problem of problems) process.stdout.write(shown(`  ${problem}\n`));
  return exitCode;
}

void runCommandLine({ name: 'mutants', isUsage: (error) => error instanceof RangeError, withStack: true }, () =>
  main(process.argv.slice(2)),
);
