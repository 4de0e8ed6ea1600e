/** The `t` that a body gets: everything it says goes into the attempt's state; nothing is decided here but the first error. */
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { here, type AttemptState } from './attempt-state.ts';
import type { RunClock } from './clock.ts';
import { containedPath } from './contained-path.ts';
import type { AnyDecision, Evidence, Finding, FindingText, Premise, SpecContext } from './context.ts';
import type { Environment } from './environment.ts';
import { passesWith, type Judgement } from './judgement.ts';
import { redact } from './redact.ts';
import type { AttachmentRecord, JudgementRecord } from './result-schema.ts';
import { InconclusiveError, JudgementError, SkipError } from './verdict-errors.ts';

export interface ContextInput {
  readonly state: AttemptState;
  readonly env: Environment;
  readonly clock: RunClock;
  readonly run: string;
  /** The run's folder. */
  readonly folder: string;
  readonly iterations: number | undefined;
  /** Then nothing may be judged before a premise was proven. */
  readonly judgesSubject: boolean;
  readonly onLog: (state: AttemptState, line: string) => void;
  readonly onStep: (state: AttemptState, title: string) => void;
}

export function createContext(input: ContextInput): SpecContext {
  const { state, clock } = input;
  /** A body that outlived its deadline must not touch a run that has moved on. */
  const alive = (): void => {
    const store = here.getStore();
    if (state.phase === 'over' || (state.bodyClosed && (store === undefined || store.part === 'body')))
      throw new Error(`spec ${state.info.id} is over (its body ignored the signal and still runs)`);
  };
  const decide = (error: Error): never => {
    // What is decided after the deadline rests on waits that were cut short.
    if (!state.controller.signal.aborted) state.decided ??= error;
    throw error;
  };
  const register = (name: string, mime: string): { absolute: string; record: AttachmentRecord } => {
    const record = { name, path: `${state.artifacts}/${name}`, mime };
    const absolute = containedPath(input.folder, state.artifacts, name);
    mkdirSync(dirname(absolute), { recursive: true });
    state.attachments.push(record);
    return { absolute, record };
  };

  const evidence: Evidence = {
    now: () => clock.now(),
    fromWall: (epochMs) => clock.fromWall(epochMs),
    record(piece) {
      alive();
      state.evidence.push({ ...piece, at: piece.at ?? clock.now() });
    },
    series(series) {
      alive();
      state.series.push(series);
    },
    measure(measure) {
      alive();
      state.measures.push(measure);
    },
    inShort(words) {
      alive();
      if (!state.inShort.includes(words)) state.inShort.push(words);
    },
    async require<T>(premise: Premise<T>): Promise<T> {
      alive();
      const lane = premise.lane ?? 'premises';
      const startedAt = clock.now();
      const proof = await premise.prove(state.controller.signal);
      alive();
      const summary = proof.proven ? proof.summary : `not proven: ${premise.name}: ${proof.reason}`;
      state.evidence.push({
        at: startedAt,
        until: clock.now(),
        kind: 'proof',
        lane,
        summary,
        ...(proof.data === undefined ? {} : { data: proof.data }),
      });
      if (!proof.proven) return decide(new InconclusiveError(`${premise.name}: ${proof.reason}`));
      state.provenPremises += 1;
      return proof.value;
    },
  };

  /** Records a finding; the error is what a bad one ends the spec with. */
  const recordFinding = (judged: Omit<JudgementRecord, 'ok'>, { ok, ...said }: Finding): JudgementError | undefined => {
    // What is judged before anything was proven may be about another state than the one that the spec believes in.
    if (input.judgesSubject && state.provenPremises === 0)
      decide(
        new InconclusiveError(
          `${said.subject}: judged (${judged.id}) before any premise was proven (t.evidence.require); observed ${said.observed}`,
        ),
      );
    state.judgements.push({ ...judged, ok });
    // An attachment's name says enough in a spec; a reader of the message needs its path.
    const attached = state.attachments.find(({ name }) => name === said.artifact)?.path;
    const error = new JudgementError(attached === undefined ? said : { ...said, artifact: attached });
    state.evidence.push({
      at: clock.now(),
      kind: ok ? 'judgement' : 'failed-judgement',
      lane: 'judgements',
      summary: ok ? `${said.subject}: expected ${said.expected}, observed ${said.observed}` : error.message,
    });
    return ok ? undefined : error;
  };
  const recordDecision = (declared: Judgement, decision: AnyDecision): JudgementError | undefined => {
    const { outcome, facts, measures, of, ...text } = decision;
    const said: FindingText = text;
    const judged = { id: declared.id, outcome, facts: facts ?? {}, measures: measures ?? {} };
    const whole = of === undefined ? judged : { ...judged, of };
    return recordFinding(whole, { ...said, ok: passesWith(declared, outcome) });
  };

  return {
    signal: state.controller.signal,
    env: input.env,
    evidence,
    slug: slugOf(input.run, state),
    iterations: input.iterations,
    wait: (ms) => ms * input.env.slowFactor,
    bound: (ms) => ms,
    moreTime(ms, reason) {
      alive();
      if (state.moreTime === undefined) return;
      state.moreTime(ms * input.env.slowFactor);
      state.log.push(`${clock.now().toFixed(1).padStart(10)} deadline ${Math.round(ms / 1000)} s later: ${reason}`);
    },
    async step(title, body) {
      alive();
      const store = here.getStore() ?? { state, depth: 0, part: 'body' as const };
      const record: { title: string; startedAt: number; depth: number; endedAt?: number; error?: string } = {
        title,
        startedAt: clock.now(),
        depth: store.depth,
      };
      state.steps.push(record);
      input.onStep(state, title);
      try {
        return await here.run({ ...store, depth: store.depth + 1 }, body);
      } catch (error) {
        record.error = error instanceof Error ? error.message : String(error);
        throw error;
      } finally {
        record.endedAt = clock.now();
      }
    },
    defer(title, undo) {
      alive();
      state.undos.push({ title, run: undo });
    },
    onTrouble(title, collect) {
      alive();
      state.collectors.push({ title, run: collect });
    },
    async attach(name, data, mime = 'text/plain') {
      alive();
      const { absolute, record } = register(name, mime);
      await writeFile(absolute, typeof data === 'string' ? redact(data) : data);
      return record;
    },
    artifactPath(name, mime = 'application/octet-stream') {
      alive();
      return register(name, mime).absolute;
    },
    log(line) {
      alive();
      state.log.push(`${clock.now().toFixed(1).padStart(10)} ${line}`);
      input.onLog(state, line);
    },
    judge(declaredOrPlain: Judgement | Finding, decision?: AnyDecision) {
      alive();
      const error =
        decision === undefined
          ? recordFinding(PLAIN, declaredOrPlain as Finding)
          : recordDecision(declaredOrPlain as Judgement, decision);
      if (error !== undefined) decide(error);
    },
    hold(declared, decision) {
      alive();
      passesWith(declared, decision.outcome);
      state.held.push({ declared, decision: decision });
    },
    undecided(of, reason) {
      alive();
      state.undecided.push(`${of}: ${reason}`);
    },
    judgeHeld() {
      alive();
      const errors = state.held.splice(0).flatMap(({ declared, decision }) => recordDecision(declared, decision) ?? []);
      if (errors[0] !== undefined) decide(errors[0]);
      if (state.undecided.length > 0) decide(new InconclusiveError(state.undecided.join('; ')));
    },
    skip: (reason) => decide(new SkipError(reason)),
    inconclusive: (reason) => decide(new InconclusiveError(reason)),
  };
}

/** A finding without a declaration: no known defect matches it. */
const PLAIN = { id: 'plain', outcome: 'plain', facts: {}, measures: {} };

/** `udp-3f9a01c2`: the same spec of two runs, and two attempts of one, never share a name. */
function slugOf(run: string, state: AttemptState): string {
  const key = `${run} ${state.info.id} ${state.repetition} ${state.attempt}`;
  return `${state.info.area}-${createHash('sha256').update(key).digest('hex').slice(0, 8)}`;
}
