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
