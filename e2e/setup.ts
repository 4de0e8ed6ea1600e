/**
 * Plain `npx mocha`, by .mocharc.yml: the same specs, engine and results; mocha's own reporter, --grep and --bail. Options
 * come as E2E_…, because mocha accepts what it does not know in silence, and would run everything.
 */
import type { Context, Runner, Test } from 'mocha';
import addContext from 'mochawesome/addContext.js';
import { composition } from './compose/composition.ts';
import { EXIT } from './harness/run/exit-codes.ts';
import { keepTests, selectedTests, settle, takeOverStrays } from './harness/run/mocha-bridge.ts';
import { areas } from './areas/index.ts';
import { optionSchema } from './harness/run/options/option-schema.ts';
import { parseOptions } from './harness/run/options/parse.ts';
import { defaultReportsFolder } from './harness/run/run-command.ts';
import { Run } from './harness/run/run.ts';
import { select } from './harness/run/select.ts';
import { planOf, type Session } from './harness/run/session.ts';
import { areaOf, checkDeclarations, titleOf } from './harness/run/spec-registry.ts';
import { onSpec, type RegisteredSpec } from './harness/run/spec.ts';
import { UsageError } from './harness/run/usage-error.ts';
import { shown } from './harness/run/shown.ts';

const bySpec = new Map<RegisteredSpec, Test>();
let session: Session | undefined;
let run: Run | undefined;
let exitCode: number | undefined;

/** Mocha adds .mocharc.yml's specs to whatever file it is given; a developer who runs one test file wants that alone. */
const runsTestFiles = process.argv.some((argument) => /\.test\.ts\b/.test(argument));

onSpec((spec) => {
  if (runsTestFiles) return;
  describe(areaOf(spec.meta.id), () => {
    const test = it(titleOf(spec), async function (this: Context) {
      const outcome = await session?.outcomes.get(`${spec.meta.id}#1`);
      const defect = outcome?.verdict === 'expected-fail' ? outcome.defect : undefined;
      // Mocha calls it a pass: `--reporter mochawesome` shows why it is none of the subject's.
      if (defect !== undefined)
        addContext(this, { title: 'known defect', value: [`${defect.id}: ${defect.reason}`, defect.link] });
      settle(this, outcome);
    });
    bySpec.set(spec, test);
  });
});

export async function mochaGlobalSetup(this: Runner): Promise<void> {
  if (runsTestFiles || process.argv.includes('--dry-run')) return;
  try {
    await prepare(this);
  } catch (error) {
    const usage = error instanceof UsageError;
    process.stderr.write(shown(`staleproof: ${usage ? error.message : String((error as Error).stack)}\n`));
    process.exit(usage ? EXIT.usage : EXIT.infrastructure);
  }
}

export async function mochaGlobalTeardown(): Promise<void> {
  if (run === undefined) return;
  // With --bail mocha leaves while bodies still run.
  if (session !== undefined && session.running.length > 0) run.guard.cancel('mocha ended early');
  exitCode = await run.finish();
}

async function prepare(runner: Runner): Promise<void> {
  await refuseOurOptions(process.argv.slice(2));
  const options = await parseOptions([], process.env, areas);
  for (const name of ['list', 'listSubjects', 'repeat', 'untilItFails'] as const)
    if (options[name] !== undefined) throw new UsageError(`plain mocha cannot do this; use: npm run e2e -- --${name}`);
  const all = [...bySpec.keys()];
  checkDeclarations(all, areas);
  const byMocha = new Set(selectedTests(runner));
  const left = all.filter((spec) => byMocha.has(bySpec.get(spec) as Test));
  if (left.length === 0) throw new UsageError("no spec is left: mocha's --grep removed the last one");
  const selection = select(left, options, areas.tags);
  keepTests(runner, new Set(selection.specs.map((spec) => bySpec.get(spec) as Test)));
  takeOverStrays(runner);
  run = new Run({
    argv: process.argv.slice(2),
    options,
    composition,
    selection,
    available: all.length,
    chosen: await composition.choose(options, selection.specs),
    reports: options.reportsFolder ?? defaultReportsFolder,
  });
  // Mocha's own code counts failures and knows nothing of verdicts; what it gives on errors of its own stays.
  process.on('exit', (code) => process.exit(exitCode ?? (code === 0 ? EXIT.infrastructure : code)));
  if (!(await run.open())) {
    exitCode = await run.finish();
    process.exit(exitCode);
  }
  session = await run.start(planOf(selection.specs, 1));
}

/** `npx mocha --tags x` would take x for a file and run everything. */
async function refuseOurOptions(argv: readonly string[]): Promise<void> {
  const { infos } = await optionSchema(areas);
  const ours = new Set(infos.map((info) => info.flag));
  const mochas = new Set(['grep', 'jobs', 'timeout', 'reporter', 'config', 'help', 'bail']);
  for (const argument of argv) {
    const flag = /^--([\w-]+)/.exec(argument)?.[1];
    if (flag !== undefined && ours.has(flag) && !mochas.has(flag))
      throw new UsageError(
        `plain mocha does not know --${flag}; set E2E_${flag.replaceAll('-', '_').toUpperCase()}, or use: npm run e2e -- ${argument}`,
      );
  }
}
