/**
 * What a spec's body is given. Types only: the engine (attempt.ts) implements it, harness rooms take it as an argument.
 * Light on purpose: specs import this graph for `--list`, which must answer without mocha, zod or a Kubernetes client.
 */
import type { Environment } from './environment.ts';
import type { FactLists, FactsOf, Judgement } from './judgement.ts';
import type { AttachmentRecord, EvidenceRecord, Json, MeasureRecord, SeriesRecord } from './result-schema.ts';

/** Either proven, with what was found, or not, with the reason that makes the spec inconclusive. */
export type Proof<T> =
  { readonly proven: true; readonly value: T; readonly summary: string; readonly data?: Json } | NotProven;
export interface NotProven {
  readonly proven: false;
  readonly reason: string;
  readonly data?: Json;
}

/** A fact that must be seen before anything is judged. `prove` may wait; it stops when `signal` aborts. */
export interface Premise<T> {
  /** For a reader: "the conntrack entry of the flow points at server 1". */
  readonly name: string;
  readonly lane?: string;
  prove(signal: AbortSignal): Promise<Proof<T>>;
}

export interface Evidence {
  /** Milliseconds on the run's monotonic clock, now. */
  now(): number;
  /** A moment of the wall clock of this machine (ms since the epoch, fractions allowed) on the run's clock. */
  fromWall(epochMs: number): number;
  /** Adds a piece; `at` defaults to now. */
  record(piece: Omit<EvidenceRecord, 'at'> & { readonly at?: number }): void;
  series(series: SeriesRecord): void;
  measure(measure: MeasureRecord): void;
  /** What was measured in a few plain words, for a reader who knows no measure by name: `2,000 flows alive, 0 cut`. */
  inShort(words: string): void;
  /** Proves a premise or ends the spec as inconclusive. What was found is recorded either way. */
  require<T>(premise: Premise<T>): Promise<T>;
}

/** What a judgement found. Every text is one line; `observed` says what was seen, with numbers. */
export interface FindingText {
  /** Whom the sentence is about: `udp 10.96.4.1:80 from client (worker)`. */
  readonly subject: string;
  readonly expected: string;
  readonly observed: string;
  readonly durationMs?: number;
  readonly tries?: number;
  /** Where to look: an attachment's name or a path below the run's folder. */
  readonly artifact?: string;
}

/** The only way to pass or fail a subject: one of the declared outcomes, and a value of each declared fact. */
export type Decision<Outcome extends string, Lists extends FactLists> = FindingText & {
  /** Name of the subject, where a spec judges several; else the one that it judges. */
  readonly of?: string;
  readonly outcome: Outcome;
  /** Numbers that tell how bad it is, by kebab-case name; a known defect may ask for them: `{ 'share-lost': 1 }`. */
  readonly measures?: Readonly<Record<string, number>>;
} & (keyof Lists extends never ? { readonly facts?: undefined } : { readonly facts: FactsOf<Lists> });

/** A decision of whatever judgement. */
export interface AnyDecision extends FindingText {
  readonly of?: string;
  readonly outcome: string;
  readonly measures?: Readonly<Record<string, number>>;
  readonly facts?: Readonly<Record<string, string>> | undefined;
}

/** A finding without a declaration; no known defect can match it. */
export interface Finding extends FindingText {
  readonly ok: boolean;
}

export interface SpecContext {
  /** Aborts at the deadline and at every interruption; pass it to everything that waits. */
  readonly signal: AbortSignal;
  readonly env: Environment;
  readonly evidence: Evidence;
  /** Unique, DNS-safe and short (at most 20 characters): for namespaces and names of this attempt. */
  readonly slug: string;
  /** `--iterations`, or the spec's default. */
  readonly iterations: number | undefined;
  /** A wait of the suite's own, in milliseconds: it grows with the machine's slow factor, because nobody is judged by it. */
  wait(ms: number): number;
  /** A bound that a subject is held to, in milliseconds: it never grows. The spec's own controls say what a slow machine explains. */
  bound(ms: number): number;
  /**
   * Moves the deadline for a fact of the subject that nobody knew before the spec began, such as a period of minutes.
   * Does nothing where `--timeout` was given: then the user has decided.
   */
  moreTime(ms: number, reason: string): void;
  step<T>(title: string, body: () => Promise<T>): Promise<T>;
  /** Registers clean-up: last in, first out, after diagnostics, with a budget of its own. Register before the change is made. */
  defer(title: string, undo: (signal: AbortSignal) => Promise<unknown>): void;
  /** Registers a collector that runs before clean-up unless the spec passed. Each has its own deadline. */
  onTrouble(title: string, collect: (signal: AbortSignal) => Promise<unknown>): void;
  /** Writes a file below the attempt's artefacts. */
  attach(name: string, data: string | Uint8Array, mime?: string): Promise<AttachmentRecord>;
  /** A path below the attempt's artefacts for something that writes itself (tcpdump); its folder exists. */
  artifactPath(name: string, mime?: string): string;
  log(line: string): void;
  /**
   * Throws when the outcome is one that fails; the first bad finding decides, even when the body catches it. A good one is
   * recorded as evidence. Judging before any premise was proven ends the spec as inconclusive, and so does a body that returns
   * without a judgement.
   */
  judge<Pass extends string, Fail extends string, Lists extends FactLists>(
    declared: Judgement<Pass, Fail, Lists>,
    decision: Decision<Pass | Fail, Lists>,
  ): void;
  judge(finding: Finding): void;
  /**
   * Keeps a decision that must not end the spec yet, because worse may come and explain it: `judgeHeld` decides. A body that
   * returns with a decision still held ends as inconclusive.
   */
  hold<Pass extends string, Fail extends string, Lists extends FactLists>(
    declared: Judgement<Pass, Fail, Lists>,
    decision: Decision<Pass | Fail, Lists>,
  ): void;
  /** Says of one of several subjects that it could not be judged: without a failure of another one, the spec is inconclusive. */
  undecided(of: string, reason: string): void;
  /** Judges what is held: all of it is recorded, then the oldest bad decision ends the spec, else what is undecided does. */
  judgeHeld(): void;
  skip(reason: string): never;
  inconclusive(reason: string): never;
}
