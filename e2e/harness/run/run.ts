/** A whole run, from its folder to its exit code. */
import type { AttemptState } from './attempt-state.ts';
import { formatMs, settles } from './budget.ts';
import { RunClock } from './clock.ts';
import type { ChosenSubjects, Composition } from './composition.ts';
import { Console, countsText } from './console.ts';
import { EXIT } from './exit-codes.ts';
import { machineFacts } from './machine-facts.ts';
import { replayThroughMocha } from './mocha-bridge.ts';
import type { Options } from './options/schema.ts';
import { pauseUntilEnter } from './pause.ts';
import { armHangWatchdog, ProcessGuard } from './process.ts';
import { progressReport, showProgress } from './progress.ts';
import { redact } from './redact.ts';
import { RESULT_SCHEMA_VERSION, type Json } from './result-schema.ts';
import { ResultWriter } from './results.ts';
import type { RunEnvironment } from './run-environment.ts';
import { createRunFolder } from './run-folder.ts';
import type { Selection } from './select.ts';
import { planOf, Session, type PlannedSpec } from './session.ts';
import { infoOf } from './spec-registry.ts';
import { exitCodeOf } from './verdict.ts';

export interface RunInput {
  readonly argv: readonly string[];
  readonly options: Options;
  readonly composition: Composition;
  readonly selection: Selection;
  /** Specs before selection. */
  readonly available: number;
  readonly chosen: ChosenSubjects;
  readonly reports: string;
}

export async function run(input: RunInput): Promise<number> {
  const { options, composition, selection } = input;
  const clock = new RunClock();
  const folder = createRunFolder(input.reports);
  const results = new ResultWriter(`${folder.path}/results.jsonl`);
  const console = new Console({ verbose: options.verbose === true });
  let session: Session | undefined;
  const note = (level: 'info' | 'warning' | 'infrastructure-error', summary: string) => {
    results.write({ type: 'note', at: clock.now(), level, summary });
    if (level !== 'info') console.line(`${level}: ${summary}`);
  };
  const guard = new ProcessGuard({
    say: (line) => console.line(line),
    onProgressRequest: () => progressReport(session, clock).forEach((line) => console.line(line)),
    onStray: (summary) => note('infrastructure-error', summary),
    budgetMs: () => (options.grace ?? 5_000) + (options.cleanupTimeout ?? 60_000) + 60_000,
  });
  if (options.runTimeout !== undefined)
    setTimeout(() => {
      note('infrastructure-error', `the run's deadline of ${formatMs(options.runTimeout ?? 0)} passed`);
      guard.cancel(`the run's deadline of ${formatMs(options.runTimeout ?? 0)} passed`);
    }, options.runTimeout).unref();
  console.line(headerText(input, folder.run));

  let plan = planOf(selection.specs, options.repeat ?? 1);
  let planned = plan.length;
  const environment = await openEnvironment();
  if (environment !== undefined) {
    for (let round = 1; ; round++) {
      await runPlan(environment, plan);
      const soFar = exitCodeOf(results.counts(planned), results.troubles, options.failOnFlaky === true);
      if (options.untilItFails !== true || soFar !== EXIT.asExpected || guard.signal.aborted) break;
      plan = planOf(selection.specs, 1, round + 1);
      planned += plan.length;
    }
  }
  const guardCounters = await closeEnvironment(environment);
  return finish(guardCounters);

  async function openEnvironment(): Promise<RunEnvironment | undefined> {
    let opened: RunEnvironment | undefined;
    try {
      opened = await composition.makeEnvironment(options)({
        run: folder.run,
        folder: folder.path,
        specs: selection.specs,
        signal: guard.signal,
        log: (line) => console.line(line),
        note,
      });
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      writeStart(undefined);
      if (!guard.signal.aborted) note('infrastructure-error', `set-up failed: ${text}`);
      if (options.verbose === true && error instanceof Error) console.line(error.stack);
      return undefined;
    }
    writeStart(opened);
    return opened;
  }

  function writeStart(opened: RunEnvironment | undefined): void {
    results.write({
      type: 'run-start',
      schema: RESULT_SCHEMA_VERSION,
      run: folder.run,
      wall: new Date(Date.now() - clock.now()).toISOString(),
      argv: input.argv,
      seed: selection.seed,
      ...(options.shard === undefined ? {} : { shard: options.shard }),
      options: options as Readonly<Record<string, Json>>,
      facts: { ...machineFacts(), ...opened?.facts },
      subjects: opened?.subjects ?? [],
      specs: selection.specs.map(infoOf),
    });
  }

  async function runPlan(opened: RunEnvironment, items: readonly PlannedSpec[]): Promise<void> {
    const current = new Session({
      run: folder.run,
      folder: folder.path,
      clock,
      options,
      results,
      environment: opened,
      defects: await composition.knownDefects(),
      plan: items,
      observer: {
        onLog: (state: AttemptState, line: string) => console.log(state, line),
        onStep: (state: AttemptState, title: string) => console.log(state, `step: ${title}`),
        ...(options.pauseOnFail === true
          ? { pause: (state: AttemptState, why: string) => pauseUntilEnter(console, state, why, guard.signal) }
          : {}),
      },
      interrupted: guard.signal,
    });
    session = current;
    const stopProgress = showProgress(console, current, clock);
    current.start();
    await replayThroughMocha({
      plan: items,
      outcomes: current.outcomes,
      onOutcome: (item, outcome) => console.outcome(item, items.length, outcome, folder.path),
    });
    await current.finished;
    stopProgress();
  }

  async function closeEnvironment(opened: RunEnvironment | undefined): Promise<Readonly<Record<string, number>>> {
    if (opened === undefined) return {};
    const counters = (await opened.guard?.().catch(() => undefined)) ?? {};
    const budget = new AbortController();
    const closing = opened.close(budget.signal);
    const ms = 120_000;
    if (!(await settles(closing, ms))) {
      budget.abort(new Error(`the environment was not removed within ${formatMs(ms)}`));
      note(
        'infrastructure-error',
        `the environment was not removed within ${formatMs(ms)}; npm run gc removes what is left`,
      );
      return counters;
    }
    await closing.catch((error: unknown) =>
      note(
        'infrastructure-error',
        `removing the environment: ${error instanceof Error ? error.message : String(error)}`,
      ),
    );
    return counters;
  }

  async function finish(counters: Readonly<Record<string, number>>): Promise<number> {
    const counts = results.counts(planned);
    const judged = exitCodeOf(counts, results.troubles, options.failOnFlaky === true);
    const exitCode = guard.interruptedExitCode ?? judged;
    const reason = guard.signal.aborted ? (guard.signal.reason as Error).message : undefined;
    results.write({
      type: 'run-end',
      at: clock.now(),
      wall: new Date().toISOString(),
      exitCode,
      ...(reason === undefined ? {} : { interrupted: reason }),
      counts,
      ...(Object.keys(counters).length === 0 ? {} : { guard: counters }),
    });
    console.close();
    const written = await composition.writeReports(folder.path, options).catch((error: unknown) => {
      console.line(`reports: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      return [];
    });
    for (const path of written) console.line(`report: ${path}`);
    console.line(`results: ${redact(results.file)}`);
    console.line(`${countsText(counts)} in ${formatMs(clock.now())}`);
    process.exitCode = exitCode;
    armHangWatchdog(3_000, (line) => console.line(line));
    return exitCode;
  }
}

function headerText(input: RunInput, run: string): string {
  const { selection, chosen, available, options } = input;
  const count = selection.specs.length * (options.repeat ?? 1);
  const subjects = chosen.names.length === 0 ? 'no subject' : chosen.names.join(', ');
  const order = selection.seed === 0 ? 'in definition order' : `seed ${selection.seed}`;
  return `staleproof ${run}: ${count} of ${available} specs on ${chosen.where}, judging ${subjects}, ${order}`;
}
