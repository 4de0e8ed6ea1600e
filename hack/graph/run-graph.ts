/** Makes the parts of a graph in order of need, as many at a time as their lanes take; a failure stops only what comes after it. */
import {
  byUrgency,
  checkGraph,
  dependents,
  type GraphPart,
  nextParts,
  usualWidths,
  type Widths,
} from './part-graph.ts';

export interface MakePart extends GraphPart {
  /** Makes it; called once, when everything before it stands. */
  make(): Promise<void>;
}

/** A part could not be made; `cause` is why. */
export class PartError extends Error {
  override readonly name = 'PartError';
  /** The part that failed itself, which may stand before the one that was asked for. */
  readonly part: string;

  constructor(part: string, asked: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(part === asked ? `${part}: ${why}` : `${asked} waits for ${part}, which failed: ${why}`, { cause });
    this.part = part;
  }
}

export interface GraphEvents {
  started?(part: GraphPart): void;
  stands?(part: GraphPart, tookMs: number): void;
  /** `unmade`: names of the parts that can no longer be made. */
  failed?(part: GraphPart, error: unknown, unmade: readonly string[]): void;
}

export interface RunningGraph {
  /** Resolves when the part stands; rejects with PartError, or with the signal's reason when it was never started. */
  ready(name: string): Promise<void>;
  /** Resolves when nothing runs any more; never rejects. */
  readonly finished: Promise<void>;
  /** For a forecast: what is over, and since how many milliseconds the others run. */
  progress(): { readonly done: ReadonlySet<string>; readonly running: ReadonlyMap<string, number> };
}

interface Settled {
  readonly promise: Promise<void>;
  resolve(): void;
  reject(error: unknown): void;
}

/** Throws for a graph that cannot be made (part-graph.ts says why). An aborted signal lets nothing more start. */
export function runGraph(
  parts: readonly MakePart[],
  options: { readonly signal?: AbortSignal | undefined; readonly widths?: Widths; readonly events?: GraphEvents } = {},
): RunningGraph {
  checkGraph(parts);
  const { signal, widths = usualWidths, events = {} } = options;
  const ranked = byUrgency(parts);
  const later = dependents(parts);
  const settled = new Map(parts.map(({ name }) => [name, newSettled()]));
  const done = new Set<string>();
  const running = new Map<string, number>();
  const left = new Map(ranked.map((part) => [part.name, part]));
  let idle: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => (idle = resolve));

  const fail = (part: MakePart, error: unknown): void => {
    const unmade = [...below(part.name, later)].filter((name) => left.delete(name));
    settled.get(part.name)?.reject(new PartError(part.name, part.name, error));
    for (const name of unmade) settled.get(name)?.reject(new PartError(part.name, name, error));
    events.failed?.(part, error, unmade);
  };
  const advance = (): void => {
    if (signal?.aborted === true) {
      for (const name of left.keys()) settled.get(name)?.reject(signal.reason);
      left.clear();
    }
    for (const part of nextParts(
      [...left.values(), ...runningParts()],
      { done, running: new Set(running.keys()) },
      widths,
    ))
      void start(part);
    if (running.size === 0) idle();
  };
  const runningParts = (): readonly MakePart[] => ranked.filter(({ name }) => running.has(name));
  const start = async (part: MakePart): Promise<void> => {
    left.delete(part.name);
    const started = performance.now();
    running.set(part.name, started);
    events.started?.(part);
    let failure: { readonly error: unknown } | undefined;
    try {
      await part.make();
    } catch (error) {
      failure = { error };
    }
    running.delete(part.name);
    if (failure === undefined) {
      done.add(part.name);
      settled.get(part.name)?.resolve();
      events.stands?.(part, performance.now() - started);
    } else fail(part, failure.error);
    advance();
  };
  signal?.addEventListener('abort', advance, { once: true });
  void finished.then(() => signal?.removeEventListener('abort', advance));
  advance();
  return {
    finished,
    ready: (name) =>
      settled.get(name)?.promise ?? Promise.reject(new Error(`${name} is no part of this set-up: nobody makes it`)),
    progress: () => ({
      done: new Set(done),
      running: new Map([...running].map(([name, since]) => [name, performance.now() - since])),
    }),
  };
}

function below(name: string, later: ReadonlyMap<string, readonly GraphPart[]>): ReadonlySet<string> {
  const found = new Set<string>();
  const walk = (from: string): void => {
    for (const part of later.get(from) ?? []) {
      if (found.has(part.name)) continue;
      found.add(part.name);
      walk(part.name);
    }
  };
  walk(name);
  return found;
}

function newSettled(): Settled {
  let resolve: () => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  // Nobody has to wait for every part: a failure that nobody asked for is told by events.
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
