/** The JSON lines of client programs, and what became of numbered updates. Pure. */

export interface ClientLine {
  readonly type: 'connect' | 'list' | 'update' | 'loss' | 'end' | 'polled' | 'failed';
  readonly cell: string;
  /** Wall clock of this machine, milliseconds since the epoch. */
  readonly wall: number;
  readonly n?: number;
  readonly via?: 'list' | 'watch' | 'stream';
  readonly rv?: string;
  readonly code?: string;
  readonly message?: string;
}

export interface MadeUpdate {
  readonly n: number;
  /** Wall clock (ms) when the server acknowledged it. */
  readonly at: number;
}

export interface EventCounts {
  readonly made: number;
  readonly byWatch: number;
  /** Seen, but only as the state of a list. */
  readonly byRelist: number;
  /** Not seen itself, but a later one was. */
  readonly coalesced: number;
  readonly never: number;
  readonly duplicated: number;
  readonly late: number;
  /** Largest time from acknowledgement to delivery, ms. */
  readonly slowestMs: number;
}

const types: readonly string[] = ['connect', 'list', 'update', 'loss', 'end', 'polled', 'failed'];

/** Undefined for a line that is none of ours; a broken line is a defect of the program and throws. */
export function parseClientLine(text: string): ClientLine | undefined {
  if (!text.startsWith('{')) return undefined;
  const line = JSON.parse(text) as Partial<ClientLine>;
  if (line.type === undefined || !types.includes(line.type)) return undefined;
  if (typeof line.wall !== 'number' || typeof line.cell !== 'string')
    throw new Error(`client line without wall or cell: ${text.slice(0, 200)}`);
  return line as ClientLine;
}

/**
 * An update that was seen before it was acknowledged is in time. A replayed object (same number and version) is a duplicate,
 * not a delivery. An update seen both ways counts for the first.
 */
export function countEvents(
  lines: readonly ClientLine[],
  made: readonly MadeUpdate[],
  lateAfterMs: number,
): EventCounts {
  const seen = lines.filter(({ type }) => type === 'update');
  const highest = Math.max(-1, ...seen.map(({ n }) => n ?? -1));
  const counts = {
    made: made.length,
    byWatch: 0,
    byRelist: 0,
    coalesced: 0,
    never: 0,
    duplicated: 0,
    late: 0,
    slowestMs: 0,
  };
  for (const { n, at } of made) {
    const deliveries = seen.filter((line) => line.n === n);
    const [first] = deliveries;
    counts.duplicated += Math.max(0, deliveries.length - 1);
    if (first === undefined) {
      if (highest > n) counts.coalesced += 1;
      else counts.never += 1;
      continue;
    }
    if (first.via === 'list') counts.byRelist += 1;
    else counts.byWatch += 1;
    const took = Math.max(0, first.wall - at);
    counts.slowestMs = Math.max(counts.slowestMs, took);
    if (took > lateAfterMs) counts.late += 1;
  }
  return counts;
}
