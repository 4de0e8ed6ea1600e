/** Looks at the surroundings in their order, and the events that follow from them, each with its time. Pure. */
import type { SeenAround, Span } from '../harness/run/surroundings.ts';

export interface NodeState {
  readonly running: boolean;
  readonly paused: boolean;
  /** ISO 8601, as Docker says it. */
  readonly startedAt: string;
  /** Start of each watched process in clock ticks since boot; empty while the node is paused or gone. */
  readonly processes: Readonly<Record<string, string>>;
}

export interface SurroundingState {
  /** Wall clock, milliseconds since the epoch. */
  readonly atMs: number;
  /** Wall clock minus monotonic clock, in milliseconds. */
  readonly clockOffsetMs: number;
  readonly freeBytes: number;
  /** When the machine booted, by its wall clock of now. */
  readonly bootMs: number;
  /** Absent without Docker: its daemon's process and start. */
  readonly daemon?: string | undefined;
  /** Why Docker did not answer; then nothing is known of the nodes. */
  readonly silent?: string;
  readonly nodes: Readonly<Record<string, NodeState>>;
}

export interface SurroundingEvent extends Span {
  readonly text: string;
}

/** A clock that drifts or is disciplined moves less than this in a run. */
const STEP_MS = 2_000;
const FULL_BYTES = 2 ** 20;
const TICK_MS = 10;
/** A node that is back is not yet as before: its kubelet and its pods need a moment. */
const SETTLES_MS = 10_000;
const THEIR_NAMES: Readonly<Record<string, string>> = { 'kube-apiserver': 'the API server' };

export class SurroundingHistory {
  readonly #first: SurroundingState;
  readonly #folder: string;
  readonly #events: SurroundingEvent[] = [];
  readonly #unseen: SurroundingEvent[] = [];
  /** Conditions that last, by text. */
  readonly #lasting = new Map<string, { untilMs: number }>();
  #last: SurroundingState;

  constructor(first: SurroundingState, folder: string) {
    this.#first = first;
    this.#last = first;
    this.#folder = folder;
  }

  add(now: SurroundingState): void {
    const before = this.#last;
    const span = { fromMs: before.atMs, untilMs: now.atMs };
    this.#events.push(...momentsBetween(before, now));
    if (now.silent !== undefined)
      this.#unseen.push({ ...span, text: `Docker's daemon does not answer: ${now.silent}` });
    const conditions = new Set(conditionsOf(this.#first, now, this.#folder));
    for (const [text, lasted] of this.#lasting) {
      // What cannot be seen now may still be so.
      if (!conditions.has(text) && now.silent === undefined) this.#lasting.delete(text);
      lasted.untilMs = now.atMs;
    }
    for (const text of conditions) {
      if (this.#lasting.has(text)) continue;
      // One object in both places: the event is as long as the condition lasts.
      const event = { ...span, text };
      this.#lasting.set(text, event);
      this.#events.push(event);
    }
    // Nodes are compared again with what was seen of them last.
    this.#last = now.silent === undefined ? now : { ...now, nodes: before.nodes };
  }

  during(span: Span, own: readonly Span[]): SeenAround {
    const meets = (event: Span): boolean => event.fromMs <= span.untilMs && event.untilMs + SETTLES_MS >= span.fromMs;
    const isOwn = (event: Span): boolean =>
      own.some(({ fromMs, untilMs }) => event.fromMs >= fromMs && event.untilMs <= untilMs + SETTLES_MS);
    const told = (events: readonly SurroundingEvent[]): readonly string[] => [
      ...new Set(events.filter((event) => meets(event) && !isOwn(event)).map(({ text }) => text)),
    ];
    return { events: told(this.#events), unseen: told(this.#unseen) };
  }
}

/** What began and ended between two looks, at the moment that it tells itself where it does. */
export function momentsBetween(before: SurroundingState, now: SurroundingState): readonly SurroundingEvent[] {
  const span = { fromMs: before.atMs, untilMs: now.atMs };
  const events: SurroundingEvent[] = [];
  const step = now.clockOffsetMs - before.clockOffsetMs;
  if (Math.abs(step) > STEP_MS)
    events.push({
      // The two times are of two clocks: whatever runs may be concerned.
      fromMs: Math.min(span.fromMs, span.untilMs),
      untilMs: Math.max(span.fromMs, span.untilMs),
      text: `the wall clock was stepped by ${(step / 1000).toFixed(0)} s`,
    });
  if (before.daemon !== undefined && now.daemon !== undefined && now.daemon !== before.daemon)
    events.push({
      ...startedBetween(ticksToWall(now, now.daemon.split(' ')[1]), span),
      text: "Docker's daemon was restarted",
    });
  if (now.silent !== undefined) return events;
  for (const [name, was] of Object.entries(before.nodes)) {
    const is = now.nodes[name];
    if (is === undefined || !is.running || is.paused) continue;
    if (was.startedAt !== '' && is.startedAt !== was.startedAt) {
      events.push({ ...startedBetween(Date.parse(is.startedAt), span), text: `node ${name} was restarted` });
      continue;
    }
    for (const [process, start] of Object.entries(was.processes)) {
      const since = is.processes[process];
      if (since !== undefined && since !== start)
        events.push({
          ...startedBetween(ticksToWall(now, since), span),
          text: `${THEIR_NAMES[process] ?? process} on node ${name} was restarted`,
        });
    }
  }
  return events;
}

/** What is so at this look and was not at the first. */
export function conditionsOf(first: SurroundingState, now: SurroundingState, folder: string): readonly string[] {
  const said: string[] = [];
  if (now.freeBytes < FULL_BYTES) said.push(`the disk under ${folder} is full`);
  if (first.daemon !== undefined && now.daemon === undefined) said.push("Docker's daemon is gone");
  if (now.silent !== undefined) return said;
  for (const [name, was] of Object.entries(first.nodes)) {
    const is = now.nodes[name];
    if (is === undefined) said.push(`node ${name} is gone`);
    else if (!is.running) said.push(`node ${name} is stopped`);
    else if (is.paused && !was.paused) said.push(`node ${name} is paused`);
    else if (!is.paused)
      for (const process of Object.keys(was.processes))
        if (is.processes[process] === undefined)
          said.push(`${THEIR_NAMES[process] ?? process} on node ${name} is gone`);
  }
  return said;
}

function ticksToWall({ bootMs }: SurroundingState, ticks: string | undefined): number {
  return bootMs + Number(ticks) * TICK_MS;
}

/** It was away from some moment before its new start: known to the span, and over at the start. */
function startedBetween(startMs: number, { fromMs, untilMs }: Span): Span {
  return Number.isNaN(startMs) || startMs < fromMs || startMs > untilMs
    ? { fromMs, untilMs }
    : { fromMs, untilMs: startMs };
}
