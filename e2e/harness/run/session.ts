/**
 * One run: plan → scheduler → attempts → result lines. Knows neither mocha nor a terminal; both watch it through `outcomes`
 * and `observer`.
 */
import { AttemptState, here } from './attempt-state.ts';
import { runAttempt, type Budgets } from './attempt.ts';
import { within } from './budget.ts';
import type { RunClock } from './clock.ts';
import { leftBehind } from './left-behind.ts';
import type { Options } from './options/schema.ts';
import type { AttemptLine, Verdict } from './result-schema.ts';
import type { ResultWriter } from './results.ts';
import type { RunEnvironment } from './run-environment.ts';
import { Scheduler, widestLast } from './scheduler.ts';
import { infoOf } from './spec-registry.ts';
import type { Lock, RegisteredSpec } from './spec.ts';
import { explained } from './explained.ts';
import type { Span } from './surroundings.ts';
import { asExpected, failureOf } from './verdict.ts';
import type { KnownDefect } from './match-defect.ts';
import { cellsOfAttempt, withDefects } from './worst-cell.ts';

/** One repetition of one spec: what a line on the console stands for. */
export interface PlannedSpec {
  readonly id: string;
  readonly index: number;
  readonly repetition: number;
  readonly spec: RegisteredSpec;
  readonly locks: readonly Lock[];
  readonly slots?: number;
}

/** The final attempt's line, or `undefined` when the spec never started. */
export type Outcome = AttemptLine | undefined;

export interface SessionObserver {
  readonly onLog: (state: AttemptState, line: string) => void;
  readonly onStep: (state: AttemptState, title: string) => void;
  readonly pause?: (state: AttemptState, why: string) => Promise<void>;
  readonly onUnwritten: (summary: string) => void;
}

export interface SessionInput {
  readonly run: string;
  readonly folder: string;
  readonly clock: RunClock;
  readonly options: Options;
  readonly results: ResultWriter;
  readonly environment: RunEnvironment;
  readonly defectTables: readonly KnownDefect[];
  readonly plan: readonly PlannedSpec[];
  readonly observer: SessionObserver;
  readonly interrupted: AbortSignal;
}

export function planOf(specs: readonly RegisteredSpec[], repeat: number, firstRepetition = 1): PlannedSpec[] {
  const plan: PlannedSpec[] = [];
  const order = widestLast(specs.map((spec) => ({ spec, locks: spec.meta.locks })));
  for (let repetition = firstRepetition; repetition < firstRepetition + repeat; repetition++)
    for (const { spec } of order)
      plan.push({
        id: `${spec.meta.id}#${repetition}`,
        index: plan.length + 1,
        repetition,
        spec,
        // Two repetitions of one spec are as disruptive to each other as any two specs, and share all names of its claim.
        locks: [...(spec.meta.locks ?? []), `spec/${spec.meta.id}`],
        ...(spec.meta.slots === undefined ? {} : { slots: spec.meta.slots }),
      });
  return plan;
}

export class Session {
  readonly #input: SessionInput;
  readonly #scheduler: Scheduler<PlannedSpec>;
  readonly #settle = new Map<string, (outcome: Outcome) => void>();
  readonly #states = new Map<string, AttemptState>();
  /** When specs ran that restart nodes or the API server themselves: that explains nothing to others. */
  readonly #ownSpans: Span[] = [];
  #ended = 0;
  #firstStartedAt: number | undefined;
  readonly outcomes: Map<string, Promise<Outcome>>;
  readonly jobs: number;

  constructor(input: SessionInput) {
    this.#input = input;
    this.jobs = input.options.jobs ?? input.environment.defaultJobs;
    this.outcomes = new Map(
      input.plan.map((item) => [item.id, new Promise<Outcome>((resolve) => this.#settle.set(item.id, resolve))]),
    );
    const { ready } = input.environment;
    this.#scheduler = new Scheduler(
      input.plan,
      this.jobs,
      async (item) =>
        this.#finish(item, await this.#attempts(item).catch((error: unknown) => this.#broken(item, error))),
      (item) => this.#finish(item, undefined),
      ready === undefined ? undefined : (item) => this.#ready(item, ready),
    );
    if (input.interrupted.aborted) this.#scheduler.close();
    input.interrupted.addEventListener('abort', () => this.#scheduler.close(), { once: true });
  }

  start(): void {
    this.#scheduler.start();
  }

  /** Everything that was started has ended, clean-up included. */
  get finished(): Promise<void> {
    return this.#scheduler.finished;
  }

  /** What runs now, in order of start. */
  get running(): readonly AttemptState[] {
    return [...this.#states.values()];
  }

  /** Specs that have run to their end. */
  get ended(): number {
    return this.#ended;
  }

  /** On the run's clock; undefined before it. */
  get firstStartedAt(): number | undefined {
    return this.#firstStartedAt;
  }

  get waiting(): number {
    return this.#scheduler.waiting;
  }

  #finish(item: PlannedSpec, outcome: Outcome): void {
    if (outcome !== undefined && outcome.verdict !== 'skip') this.#ended += 1;
    this.#states.delete(item.id);
    this.#settle.get(item.id)?.(outcome);
    this.#settle.delete(item.id);
    if (this.#input.options.bail === true && outcome !== undefined && !asExpected(outcome.verdict))
      this.#scheduler.close();
  }

  /** Rejects with why what the spec judges is not there; the attempt then ends with that. A skip waits for nothing. */
  async #ready({ spec: { meta } }: PlannedSpec, ready: NonNullable<RunEnvironment['ready']>): Promise<void> {
    if (this.#input.environment.skipReason(meta) === undefined) await ready(meta);
  }

  async #attempts(item: PlannedSpec): Promise<Outcome> {
    const { options, environment, interrupted, results } = this.#input;
    const skip = environment.skipReason(item.spec.meta);
    const unclean: string[] = [];
    const { ready } = environment;
    const unmet = ready === undefined ? undefined : await rejectionOf(this.#ready(item, ready));
    // What is not there is not there at a second attempt either.
    const limit = unmet === undefined ? (options.flakeAttempts ?? 1) : 1;
    for (let attempt = 1; ; attempt++) {
      const state = new AttemptState(infoOf(item.spec), attempt, item.repetition);
      this.#states.set(item.id, state);
      if (skip === undefined) this.#firstStartedAt ??= this.#input.clock.now();
      const raw =
        skip !== undefined
          ? bareLine(state, this.#input.clock, 'skip', { reason: skip })
          : unmet !== undefined
            ? bareLine(state, this.#input.clock, 'infrastructure-error', { failure: failureOf(unmet.reason) })
            : await this.#attempt(item, state);
      const told = await this.#withSurroundings(raw, item);
      const known = this.#withDefect(told);
      const again = attempt < limit && retried.includes(known.verdict) && !interrupted.aborted;
      const flaky = attempt > 1 && known.verdict === 'pass';
      const judged: AttemptLine = flaky
        ? { ...known, verdict: 'flaky', reason: `passed at attempt ${attempt} of ${limit}` }
        : { ...known, final: !again };
      const line = leftBehind(judged, judged.cleanupErrors, unclean);
      unclean.push(...judged.cleanupErrors);
      results.write(line);
      if (!again) return line;
    }
  }

  /** The engine itself broke after the body (a full disk, say): the spec must still end, or the run would wait for it for ever. */
  #broken(item: PlannedSpec, error: unknown): Outcome {
    const state = this.#states.get(item.id) ?? new AttemptState(infoOf(item.spec), 1, item.repetition);
    const line = bareLine(state, this.#input.clock, 'infrastructure-error', { failure: failureOf(error) });
    try {
      this.#input.results.write(line);
    } catch {
      // Where results cannot be written, the run's end says so.
    }
    return line;
  }

  async #attempt(item: PlannedSpec, state: AttemptState): Promise<AttemptLine> {
    const { environment, options, observer } = this.#input;
    const { meta } = item.spec;
    try {
      return await here.run({ state, depth: 0, part: 'body' }, () =>
        runAttempt({
          ...observer,
          spec: item.spec,
          state,
          env: environment.env,
          clock: this.#input.clock,
          run: this.#input.run,
          folder: this.#input.folder,
          iterations: options.iterations ?? meta.iterations,
          budgets: budgetsOf(options, meta.timeout, environment.env.slowFactor),
          subjects: meta.judges === 'none' ? [] : environment.env.subjects(meta.judges).map((subject) => subject.name),
          interrupted: this.#input.interrupted,
          collectors: (context) => environment.collectors(context),
        }),
      );
    } catch (error) {
      // The engine itself broke (a full disk, say): the spec must still end, or the run would wait for it for ever.
      return bareLine(state, this.#input.clock, 'infrastructure-error', { failure: failureOf(error) });
    }
  }

  /** A paused node or a restarted API server explains what went wrong, and what went well beside it proves nothing. */
  async #withSurroundings(line: AttemptLine, { spec }: PlannedSpec): Promise<AttemptLine> {
    const { environment, clock } = this.#input;
    const { surroundings } = environment;
    const span = { fromMs: clock.toWall(line.startedAt), untilMs: clock.toWall(line.endedAt) };
    if (spec.meta.ownsSurroundings === true) {
      this.#ownSpans.push(span);
      return line;
    }
    if (surroundings === undefined || line.verdict === 'skip') return line;
    const seen = await within(SURROUNDINGS_MS, 'looking at the surroundings', () =>
      surroundings.during(span, this.#ownSpans),
    ).catch((error: unknown) => ({
      events: [],
      unseen: [error instanceof Error ? error.message : String(error)],
    }));
    return explained(line, seen);
  }

  /** A listed failure is expected, and a listed spec that passes is news. */
  #withDefect(line: AttemptLine): AttemptLine {
    const { family, subjects } = this.#input.environment;
    return withDefects(line, cellsOfAttempt(line, this.#input.defectTables, { family, subjects }));
  }
}

function rejectionOf(promise: Promise<void>): Promise<{ readonly reason: unknown } | undefined> {
  return promise.then(
    () => undefined,
    (reason: unknown) => ({ reason }),
  );
}

const SURROUNDINGS_MS = 20_000;
const retried: readonly Verdict[] = ['fail', 'inconclusive', 'infrastructure-error'];

function budgetsOf(options: Options, timeout: number, slowFactor: number): Budgets {
  return {
    timeoutMs: (options.timeout ?? timeout) * slowFactor,
    fixedTimeout: options.timeout !== undefined,
    graceMs: (options.grace ?? 5_000) * slowFactor,
    cleanupMs: (options.cleanupTimeout ?? 60_000) * slowFactor,
    collectorMs: 20_000 * slowFactor,
  };
}

/** The line of an attempt that never got to run. */
function bareLine(
  state: AttemptState,
  clock: RunClock,
  verdict: Verdict,
  why: Pick<AttemptLine, 'reason' | 'failure'>,
): AttemptLine {
  const at = clock.now();
  return {
    type: 'attempt',
    spec: state.info,
    attempt: state.attempt,
    repetition: state.repetition,
    final: true,
    verdict,
    ...why,
    subjects: [],
    startedAt: state.startedAt === 0 ? at : state.startedAt,
    endedAt: at,
    leaked: false,
    steps: state.steps,
    evidence: state.evidence,
    series: state.series,
    measures: state.measures,
    ...(state.inShort.length === 0 ? {} : { inShort: state.inShort.join('; ') }),
    attachments: state.attachments,
    cleanupErrors: state.cleanupErrors,
    artifacts: state.artifacts,
  };
}
