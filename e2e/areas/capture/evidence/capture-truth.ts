/** What the sink received, by its own log: the truth that captures are held against. Pure but for the lines it is given. */
interface ReceivedLine {
  readonly type: string;
  readonly wall: number;
  readonly uid?: string;
  readonly incarnation?: string;
  readonly ranges?: readonly (readonly [number, number])[];
}

export class CaptureTruth {
  readonly #received = new Map<string, Map<string, Set<number>>>();
  #upToMs = 0;

  /** Takes a line of the sink's log. */
  readonly take = (line: string): void => {
    if (!line.startsWith('{')) return;
    const { type, wall, uid = '', incarnation = '', ranges = [] } = JSON.parse(line) as ReceivedLine;
    if (type !== 'received') return;
    this.#upToMs = Math.max(this.#upToMs, wall);
    const ofPod = this.#received.get(uid) ?? new Map<string, Set<number>>();
    this.#received.set(uid, ofPod);
    const numbers = ofPod.get(incarnation) ?? new Set<number>();
    ofPod.set(incarnation, numbers);
    for (const [from, to] of ranges) for (let seq = from; seq <= to; seq++) numbers.add(seq);
  };

  /** Everything received before this moment (epoch ms of the sink) has been told. */
  get upToMs(): number {
    return this.#upToMs;
  }

  count(uid: string, incarnation?: string): number {
    const ofPod = [...(this.#received.get(uid) ?? [])];
    return ofPod
      .filter(([which]) => incarnation === undefined || which === incarnation)
      .reduce((sum, [, numbers]) => sum + numbers.size, 0);
  }

  /** A copy that later lines do not change: incarnation → sequence numbers. */
  snapshot(uid: string): ReadonlyMap<string, ReadonlySet<number>> {
    return new Map(
      [...(this.#received.get(uid) ?? [])].map(([incarnation, numbers]) => [incarnation, new Set(numbers)]),
    );
  }
}

/** How far each process of an instance had come, by incarnation. */
export type Mark = ReadonlyMap<string, number>;

export const markOf = (truth: ReadonlyMap<string, ReadonlySet<number>>): Mark =>
  new Map([...truth].map(([incarnation, numbers]) => [incarnation, Math.max(-1, ...numbers)]));

/** While nobody could capture: from one mark to another, or for good. */
export interface Away {
  readonly since: Mark;
  readonly until?: Mark;
}

/**
 * What is owed of one process although somebody was away: what it sent before, but for the last `slack` that may have been on
 * their way into the file, and what it sent after. A process that began meanwhile owes nothing of its beginning; one that began
 * later owes all.
 */
export function owedOf(
  received: ReadonlySet<number>,
  incarnation: string,
  { since, until }: Away,
  slack: number,
): ReadonlySet<number> {
  const before = (since.get(incarnation) ?? -1) - (since.has(incarnation) ? slack : 0);
  const after = until === undefined ? Infinity : (until.get(incarnation) ?? -1);
  return new Set([...received].filter((seq) => seq <= before || seq > after));
}

export interface Completeness {
  readonly received: number;
  readonly captured: number;
  /** Received before the first captured one: the capture came late. */
  readonly blind: number;
  /** Received between captured ones. */
  readonly gaps: readonly number[];
  /** Received after the last captured one: the tail was lost. */
  readonly tail: number;
}

/** Holds captured sequence numbers of one incarnation against the received ones. */
export function completeness(received: ReadonlySet<number>, captured: ReadonlySet<number>): Completeness {
  const first = captured.size === 0 ? Infinity : Math.min(...captured);
  const last = captured.size === 0 ? Infinity : Math.max(...captured);
  const missing = [...received].filter((seq) => !captured.has(seq)).sort((a, b) => a - b);
  return {
    received: received.size,
    captured: [...received].length - missing.length,
    blind: missing.filter((seq) => seq < first).length,
    gaps: missing.filter((seq) => seq > first && seq < last),
    tail: missing.filter((seq) => seq > last).length,
  };
}
