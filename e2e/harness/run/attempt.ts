/**
 * One attempt at one spec: deadline and grace, then diagnostics, then clean-up last-in-first-out, then one result line.
 * Diagnostics come before clean-up because clean-up destroys what they look at.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { here, type AttemptState, type Undo } from './attempt-state.ts';
import { DeadlineError, formatMs, settles, within } from './budget.ts';
import type { RunClock } from './clock.ts';
import { containedPath } from './contained-path.ts';
import { redact, redactedJson } from './redact.ts';
import { leftBehind } from './left-behind.ts';
import type { AttemptLine } from './result-schema.ts';
import { createContext, type ContextInput } from './spec-context.ts';
import type { RegisteredSpec } from './spec.ts';
import { asExpected, failureOf, verdictOf } from './verdict.ts';

/** Milliseconds, already scaled. */
export interface Budgets {
  readonly timeoutMs: number;
  /** The user has set it: the body cannot ask for more. */
  readonly fixedTimeout: boolean;
  readonly graceMs: number;
  /** All undos of an attempt together. */
  readonly cleanupMs: number;
  readonly collectorMs: number;
}

export interface AttemptInput extends Omit<ContextInput, 'state' | 'judgesSubject'> {
  readonly spec: RegisteredSpec;
  readonly state: AttemptState;
  readonly clock: RunClock;
  readonly budgets: Budgets;
  readonly subjects: readonly string[];
  /** Aborts when the run is interrupted. */
  readonly interrupted: AbortSignal;
  /** The run's own diagnostics, run after those of the spec. */
  readonly collectors: (context: ReturnType<typeof createContext>) => readonly Undo[];
  /** `--pause-on-fail`. */
  readonly pause?: (state: AttemptState, why: string) => Promise<void>;
  /** A disk that refuses the attempt's own files is told of the run: what was found about the subject stays. */
  readonly onUnwritten: (summary: string) => void;
}

/** How a body ended, before known defects and repeated attempts are considered. */
type Ending = Pick<AttemptLine, 'verdict' | 'reason' | 'failure' | 'leaked'>;

/** Never rejects. */
export async function runAttempt(input: AttemptInput): Promise<AttemptLine> {
  const { state, clock, budgets } = input;
  mkdirSync(containedPath(input.folder, state.artifacts), { recursive: true });
  const context = createContext({ ...input, judgesSubject: input.spec.meta.judges !== 'none' });
  state.startedAt = clock.now();
  state.phase = 'body';
  const ending = await runBody(input, context);
  return here.run({ state, depth: 0, part: 'clean-up' }, async () => {
    if (!asExpected(ending.verdict)) {
      if (input.pause !== undefined && !input.interrupted.aborted) {
        state.phase = 'pause';
        const why = ending.failure?.message ?? ending.reason ?? ending.verdict;
        await input.pause(state, why).catch((error: unknown) => state.log.push(`pause: ${String(error)}`));
      }
      state.phase = 'diagnostics';
      await collect(state, [...state.collectors, ...collectorsOf(input, context)], budgets.collectorMs);
    }
    state.phase = 'clean-up';
    await undoAll(state, budgets.cleanupMs);
    state.phase = 'over';
    // Whatever still listens to the spec's signal is told to stop.
    state.controller.abort(new Error(`spec ${state.info.id} is over`));
    const line = resultLine(input, leftBehind(withStray(ending, state), state.cleanupErrors));
    writeArtefacts(input, line);
    return line;
  });
}

async function runBody(input: AttemptInput, context: ReturnType<typeof createContext>): Promise<Ending> {
  const { state, budgets, spec } = input;
  const { controller } = state;
  const interrupt = () => controller.abort(input.interrupted.reason);
  if (input.interrupted.aborted) interrupt();
  input.interrupted.addEventListener('abort', interrupt, { once: true });
  let { timeoutMs } = budgets;
  const startedAt = performance.now();
  const expire = (): void => {
    const step = state.currentStep;
    controller.abort(
      new DeadlineError(
        `the deadline of ${formatMs(timeoutMs)} passed${step === undefined ? '' : ` in step "${step}"`}`,
      ),
    );
  };
  let deadline = setTimeout(expire, timeoutMs);
  if (!budgets.fixedTimeout)
    state.moreTime = (ms) => {
      timeoutMs += ms;
      clearTimeout(deadline);
      deadline = setTimeout(expire, timeoutMs - (performance.now() - startedAt));
    };
  let leaked = false;
  const body = here.run({ state, depth: 0, part: 'body' }, async () => spec.body(context));
  try {
    await Promise.race([body, aborted(controller.signal)]);
    if (controller.signal.aborted) throw controller.signal.reason;
    return judgedEnding(input);
  } catch (error) {
    // The body gets its grace even when it was not the one that threw: its finally blocks belong to it.
    if (controller.signal.aborted) leaked = !(await settles(body, budgets.graceMs));
    return { ...endingOf(input, error, await rejectionOf(body, leaked)), leaked };
  } finally {
    clearTimeout(deadline);
    state.moreTime = undefined;
    input.interrupted.removeEventListener('abort', interrupt);
    state.bodyClosed = true;
  }
}

/** The body returned. That alone proves nothing: a subject passes only on a judgement that rests on proven premises. */
function judgedEnding({ spec, state }: AttemptInput): Ending {
  if (state.decided !== undefined) throw state.decided;
  if (spec.meta.judges !== 'none') {
    if (state.judgements.length === 0)
      return { verdict: 'inconclusive', reason: 'the body ended without a judgement (t.judge)', leaked: false };
    if (state.undecided.length > 0)
      return { verdict: 'inconclusive', reason: state.undecided.join('; '), leaked: false };
    const held = state.held.map(({ declared, decision }) => `${declared.id}: ${decision.observed}`);
    if (held.length > 0)
      return {
        verdict: 'inconclusive',
        reason: `the body ended with ${held.length} decisions that were held and never judged: ${held.join('; ')}`,
        leaked: false,
      };
  }
  return { verdict: 'pass', leaked: false };
}

function endingOf({ state, interrupted }: AttemptInput, error: unknown, ofBody: unknown): Omit<Ending, 'leaked'> {
  const cancelled = state.controller.signal.aborted;
  const reason = state.controller.signal.reason as unknown;
  if (state.decided !== undefined) return ended(state.decided);
  if (state.stray !== undefined) return ended(state.stray);
  if (!cancelled) return ended(error);
  const cause = ofBody === undefined || ofBody === reason ? undefined : ofBody;
  const text = reason instanceof Error ? reason.message : String(reason);
  const failure = failureOf(cause === undefined ? reason : new DeadlineError(text, { cause }));
  const why = interrupted.aborted ? `interrupted: ${text}` : text;
  return { verdict: 'inconclusive', reason: why, failure };
}

function ended(error: unknown): Omit<Ending, 'leaked'> {
  const verdict = verdictOf(error);
  const failure = failureOf(error);
  if (verdict === 'skip') return { verdict, reason: failure.message };
  return { verdict, failure, ...(verdict === 'inconclusive' ? { reason: failure.message } : {}) };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

async function rejectionOf(body: Promise<void>, leaked: boolean): Promise<unknown> {
  if (leaked) {
    body.catch(() => undefined);
    return undefined;
  }
  return body.then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** What cannot be looked at must not keep anything from being taken back. */
function collectorsOf(input: AttemptInput, context: ReturnType<typeof createContext>): readonly Undo[] {
  try {
    return input.collectors(context);
  } catch (error) {
    input.state.log.push(`diagnostics: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
}

async function collect(state: AttemptState, collectors: readonly Undo[], ms: number): Promise<void> {
  await Promise.all(
    collectors.map(async ({ title, run }) => {
      try {
        await within(ms, title, run);
      } catch (error) {
        state.log.push(`diagnostics: ${title}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }),
  );
}

/** Every undo gets its turn, whatever the others did; one that hangs takes no more than what is left of the budget. */
async function undoAll(state: AttemptState, budgetMs: number): Promise<void> {
  const end = performance.now() + budgetMs;
  for (let undo = state.undos.pop(); undo !== undefined; undo = state.undos.pop()) {
    const { title, run } = undo;
    const left = Math.max(end - performance.now(), Math.min(1000, budgetMs));
    try {
      await within(left, `clean-up "${title}"`, run);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      state.cleanupErrors.push(error instanceof DeadlineError ? text : `clean-up "${title}": ${text}`);
    }
  }
}

/** An error nobody awaited, seen only during diagnostics or clean-up, still belongs to the spec. */
function withStray(ending: Ending, state: AttemptState): Ending {
  return state.stray !== undefined && ending.verdict === 'pass' ? { ...ending, ...ended(state.stray) } : ending;
}

function resultLine(input: AttemptInput, ending: Ending): AttemptLine {
  const { state, clock, subjects } = input;
  return {
    type: 'attempt',
    spec: state.info,
    attempt: state.attempt,
    repetition: state.repetition,
    final: true,
    ...ending,
    subjects,
    startedAt: state.startedAt,
    endedAt: clock.now(),
    steps: state.steps,
    evidence: state.evidence,
    judgements: state.judgements,
    ...(state.undecided.length === 0 ? {} : { undecided: state.undecided }),
    series: state.series,
    measures: state.measures,
    ...(state.inShort.length === 0 ? {} : { inShort: state.inShort.join('; ') }),
    attachments: state.attachments,
    cleanupErrors: state.cleanupErrors,
    artifacts: state.artifacts,
  };
}

/** The attempt's own files: its log, and its evidence as JSON lines for those who read with jq. Never throws. */
function writeArtefacts({ folder, state, onUnwritten }: AttemptInput, line: AttemptLine): void {
  const failure = line.failure === undefined ? [] : [line.failure.stack ?? line.failure.message];
  const log = [...state.log, ...failure, ...state.cleanupErrors, `verdict: ${line.verdict}`];
  const files = {
    'log.txt': () => redact(`${log.join('\n')}\n`),
    'evidence.jsonl': () => [...state.evidence.map((piece) => redactedJson(piece)), ''].join('\n'),
    ...(state.actions.length === 0
      ? {}
      : { 'actions.jsonl': () => [...state.actions.map((action) => redactedJson(action)), ''].join('\n') }),
  };
  for (const [name, text] of Object.entries(files))
    try {
      writeFileSync(containedPath(folder, state.artifacts, name), text());
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      onUnwritten(`${state.artifacts}/${name} could not be written: ${why}`);
    }
}
