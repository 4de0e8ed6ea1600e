/** A whole run, from its folder to its exit code: environment, sessions, result lines, reports. */
import { createHash } from 'node:crypto';
import type { AttemptState } from './attempt-state.ts';
import { formatMs, settles } from './budget.ts';
import { RunClock } from './clock.ts';
import type { ChosenSubjects, Composition } from './composition.ts';
import { Console, countsText } from './console.ts';
import { EXIT } from './exit-codes.ts';
import { machineFacts } from './machine-facts.ts';
import type { Options } from './options/schema.ts';
import { type LostOutput, watchOutput } from './output.ts';
import { pauseUntilEnter } from './pause.ts';
import { armHangWatchdog, ProcessGuard } from './process.ts';
import { progressReport, showProgress } from './progress.ts';
import {
  RESULT_SCHEMA_VERSION,
  type Json,
  type NoteLine,
  type SubjectInfo,
  type RunStartLine,
  type Verdict,
} from './result-schema.ts';
import { ResultWriter } from './results.ts';
import type { RunEnvironment } from './run-environment.ts';
import { createRunFolder, type RunFolder } from './run-folder.ts';
import type { Selection } from './select.ts';
import { Session, type PlannedSpec, type SessionObserver } from './session.ts';
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

export class Run {
  readonly console: Console;
  readonly guard: ProcessGuard;
  readonly folder: RunFolder;
  readonly #input: RunInput;
  readonly #clock = new RunClock();
  readonly #results: ResultWriter;
  #session: Session | undefined;
  #environment: RunEnvironment | undefined;
  #planned = 0;
  /** The exit code is settled. */
  #over = false;
  #stopProgress: () => void = () => undefined;

  /** From here on signals and stray errors are the run's. */
  constructor(input: RunInput) {
    const { options } = input;
    this.#input = input;
    this.folder = createRunFolder(input.reports);
    this.#results = new ResultWriter(`${this.folder.path}/results.jsonl`);
    this.console = new Console({ verbose: options.verbose === true, quiet: options.quiet === true });
    this.guard = new ProcessGuard({
      say: (line) => this.console.line(line),
      onProgressRequest: () => {
        for (const line of progressReport(this.#session, this.#clock)) this.console.line(line);
      },
      onStray: (summary) => this.note('infrastructure-error', summary),
      budgetMs: () => (options.grace ?? 5_000) + (options.cleanupTimeout ?? 60_000) + 60_000,
    });
    watchOutput((lost) => this.#onOutputLost(lost));
    if (options.runTimeout !== undefined) this.#armDeadline(options.runTimeout);
    this.console.passing(headerText(input, this.folder.run));
  }

  note(level: NoteLine['level'], summary: string, data?: { readonly subjects: readonly SubjectInfo[] }): void {
    const more = data === undefined ? {} : { data: { subjects: data.subjects as unknown as Json } };
    this.#results.write({ type: 'note', at: this.#clock.now(), level, summary, ...more });
    if (level !== 'info') this.console.line(`${level}: ${summary}`);
  }

  /** The exit code if nothing more happened. */
  get judgedExitCode(): number {
    const counts = this.#results.counts(this.#planned);
    return exitCodeOf(counts, this.#results.troubles, this.#input.options.failOnFlaky === true);
  }

  /** Makes the environment; false when that failed, which is noted. */
  async open(): Promise<boolean> {
    const { options, composition, selection } = this.#input;
    this.#planned = selection.specs.length * (options.repeat ?? 1);
    try {
      this.#environment = await composition.makeEnvironment(options)({
        run: this.folder.run,
        folder: this.folder.path,
        specs: selection.specs,
        signal: this.guard.signal,
        log: (line) => this.console.passing(line),
        note: (level, summary, data) => this.note(level, summary, data),
        end: (reason) => {
          this.note('infrastructure-error', reason);
          this.guard.cancel(reason);
        },
      });
      this.#writeStart();
      return true;
    } catch (error) {
      this.#writeStart();
      const text = error instanceof Error ? error.message : String(error);
      if (!this.guard.signal.aborted) this.note('infrastructure-error', `set-up failed: ${text}`);
      if (options.verbose === true && error instanceof Error) this.console.line(error.stack);
      return false;
    }
  }

  /** Starts the bodies of a plan. */
  async start(plan: readonly PlannedSpec[]): Promise<Session> {
    if (this.#environment === undefined) throw new Error('the run has no environment: open() did not succeed');
    if (plan.some((item) => item.repetition > (this.#input.options.repeat ?? 1))) this.#planned += plan.length;
    const session = new Session({
      run: this.folder.run,
      folder: this.folder.path,
      clock: this.#clock,
      options: this.#input.options,
      results: this.#results,
      environment: this.#environment,
      defectTables: await this.#input.composition.defectTables(),
      plan,
      observer: this.#observer(),
      interrupted: this.guard.signal,
    });
    this.#session = session;
    this.#stopProgress();
    this.#stopProgress = showProgress(this.console, session, this.#clock, this.#input.options.progressEvery ?? 60_000);
    session.start();
    return session;
  }

  /** Removes the environment, writes the last line and the reports, and returns the exit code. */
  async finish(): Promise<number> {
    await this.#session?.finished;
    this.#stopProgress();
    const guard = await this.#close();
    const exitCode = this.guard.interruptedExitCode ?? this.judgedExitCode;
    this.#over = true;
    const counts = this.#results.counts(this.#planned);
    const { signal } = this.guard;
    this.#results.write({
      type: 'run-end',
      at: this.#clock.now(),
      wall: new Date().toISOString(),
      exitCode,
      ...(signal.aborted ? { interrupted: (signal.reason as Error).message } : {}),
      counts,
      peakMemoryMiB: Math.round(process.resourceUsage().maxRSS / 1024),
      ...(Object.keys(guard).length === 0 ? {} : { guard }),
    });
    if (this.#results.unwritten !== undefined)
      this.console.line(`infrastructure-error: results are incomplete: ${this.#results.unwritten}`);
    this.console.passing(`results: ${this.#results.file} (${formatMs(this.#clock.now())})`);
    const { text, whole } = await this.#report(counts);
    this.console.line(text);
    this.console.close();
    // Whoever reads junit.xml must not take one that is missing for one without failures.
    const told = whole || exitCode !== EXIT.asExpected ? exitCode : EXIT.infrastructure;
    process.exitCode = told;
    armHangWatchdog(3_000, (line) => this.console.line(line));
    return told;
  }

  #observer(): SessionObserver {
    return {
      onLog: (state: AttemptState, line: string) => this.console.log(state, line),
      onStep: (state: AttemptState, title: string) => this.console.log(state, `step: ${title}`),
      onUnwritten: (summary) => this.note('infrastructure-error', summary),
      ...(this.#input.options.pauseOnFail === true
        ? { pause: (state: AttemptState, why: string) => pauseUntilEnter(this.console, state, why, this.guard.signal) }
        : {}),
    };
  }

  /** The report's own summary; the counts alone when it cannot be made. */
  async #report(
    counts: Readonly<Partial<Record<Verdict, number>>>,
  ): Promise<{ readonly text: string; readonly whole: boolean }> {
    const { composition, options } = this.#input;
    try {
      return { text: await composition.report(this.folder.path, options, this.console.columns), whole: true };
    } catch (error) {
      this.console.line(`reports: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      return { text: countsText(counts), whole: false };
    }
  }

  /** The leak guard's counters, read before the cluster goes. */
  async #close(): Promise<Readonly<Record<string, number>>> {
    const environment = this.#environment;
    if (environment === undefined) return {};
    const counters = (await environment.guard?.().catch(() => undefined)) ?? {};
    const ms = 120_000;
    const budget = new AbortController();
    const closing = (async () => environment.close(budget.signal))();
    if (await settles(closing, ms))
      await closing.catch((error: unknown) =>
        this.note(
          'infrastructure-error',
          `removing the environment: ${error instanceof Error ? error.message : String(error)}`,
        ),
      );
    else {
      budget.abort(new Error(`the environment was not removed within ${formatMs(ms)}`));
      this.note('infrastructure-error', `the environment was not removed within ${formatMs(ms)}; see npm run gc`);
    }
    return counters;
  }

  /** A reader who leaves means what Ctrl-C means; where only the disk of the output is full, the results are still wanted. */
  #onOutputLost({ reason, readerLeft }: LostOutput): void {
    this.console.mute();
    if (this.#over) return;
    if (!readerLeft) return this.note('infrastructure-error', `${reason}; the run goes on without it`);
    process.stderr.write(
      `staleproof: ${reason}: cancelling what runs and cleaning up; results: ${this.#results.file}\n`,
    );
    this.guard.cancel(reason, EXIT.closedOutput);
  }

  #armDeadline(ms: number): void {
    setTimeout(() => {
      const text = `the run's deadline of ${formatMs(ms)} passed`;
      this.note('infrastructure-error', text);
      this.guard.cancel(text);
    }, ms).unref();
  }

  #writeStart(): void {
    const { argv, selection, options } = this.#input;
    this.#results.write({
      type: 'run-start',
      schema: RESULT_SCHEMA_VERSION,
      run: this.folder.run,
      wall: new Date(Date.now() - this.#clock.now()).toISOString(),
      argv,
      seed: selection.seed,
      ...(options.shard === undefined ? {} : { shard: options.shard, selection: sumOf(selection) }),
      options: options as Readonly<Record<string, Json>>,
      facts: { ...machineFacts(), ...this.#environment?.facts },
      subjects: this.#environment?.subjects ?? [],
      specs: selection.specs.map(infoOf),
    });
  }
}

/** By this a merge knows that shards were dealt from one selection. */
function sumOf({ whole }: Selection): NonNullable<RunStartLine['selection']> {
  const ids = whole.map(({ meta }) => meta.id).join('\n');
  return { specs: whole.length, sha256: createHash('sha256').update(ids).digest('hex') };
}

function headerText(input: RunInput, run: string): string {
  const { selection, chosen, available, options } = input;
  const count = selection.specs.length * (options.repeat ?? 1);
  const subjects = chosen.names.length === 0 ? 'no subject' : chosen.names.join(', ');
  const order = selection.seed === 0 ? 'in definition order' : `seed ${selection.seed}`;
  const nightly = selection.leftOut.length;
  const leftOut = nightly === 0 ? '' : ` (${nightly} nightly left out, see --nightly)`;
  return `staleproof ${run}: ${count} of ${available} specs${leftOut} on ${chosen.where}, judging ${subjects}, ${order}`;
}
