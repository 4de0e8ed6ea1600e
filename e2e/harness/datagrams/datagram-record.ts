/**
 * What the in-pod UDP programs report, taken in line by line. Times are the kernel's CLOCK_MONOTONIC in milliseconds;
 * `wallOffset` turns them into milliseconds since the epoch.
 */
export interface SentDatagram {
  readonly sequence: number;
  readonly at: number;
}

export interface Reply {
  readonly sequence: number;
  readonly at: number;
  readonly server: string;
}

export interface FlowRecord {
  readonly sent: readonly SentDatagram[];
  readonly replies: readonly Reply[];
  /** Refusals by ICMP: the path answers "nobody here". Not a verdict: a dying pod's namespace still refuses. */
  readonly refusedAt: readonly number[];
  /** Failed socket calls, in order. */
  readonly errors: readonly SocketError[];
  /** Datagrams that were due while there was no socket; they stand among those sent as well. */
  readonly unsent: number;
  /** When somebody broke the flow's socket on purpose (SOCK_DESTROY), and when the client had the next one. */
  readonly breaks: readonly SocketBreak[];
}

export interface SocketError {
  readonly at: number;
  /** `bind`, `connect`, `send`, `recvmsg`, `read`, … */
  readonly call: string;
  /** `EHOSTUNREACH`, … */
  readonly code: string;
}

export interface SocketBreak {
  readonly at: number;
  readonly code: string;
  /** Absent while there is no new one. */
  readonly reopenedAt?: number;
}

interface LooseFlow {
  sent: SentDatagram[];
  replies: Reply[];
  refusedAt: number[];
  errors: SocketError[];
  unsent: number;
  breaks: { at: number; code: string; reopenedAt?: number }[];
}

interface ClientLine {
  readonly type?: unknown;
  readonly mono?: unknown;
  readonly wall?: unknown;
  readonly sent?: readonly (readonly [number, number, number])[];
  readonly replies?: readonly (readonly [number, number, number, string])[];
  readonly refused?: readonly (readonly [number, number])[];
  readonly unsent?: readonly (readonly [number, number])[];
  readonly errors?: readonly (readonly [number, number, string, string])[];
  readonly breaks?: readonly (readonly [number, number, string])[];
  readonly reopened?: readonly (readonly [number, number])[];
  readonly error?: unknown;
}

export class DatagramRecord {
  readonly #flows = new Map<number, LooseFlow>();
  /** The client's probe for a path, which comes before all flows. */
  readonly #probe = emptyFlow();
  /** Milliseconds to add to a monotonic time for the epoch; known after the first line. */
  wallOffset: number | undefined;
  started = false;
  stopped = false;
  /** The program's own reason when it gave up. */
  broken: string | undefined;
  /** Lines that are no records; any makes the stream useless as evidence. */
  readonly rejected: string[] = [];

  add(line: string): void {
    const parsed = parseLine(line);
    if (parsed === undefined) {
      this.rejected.push(line.slice(0, 200));
      return;
    }
    if (typeof parsed.mono === 'string' && typeof parsed.wall === 'number')
      this.wallOffset = parsed.wall - Number(parsed.mono) / 1e6;
    switch (parsed.type) {
      case 'started':
        this.started = true;
        break;
      case 'stopped':
        this.stopped = true;
        break;
      case 'broken':
        this.broken = String(parsed.error);
        break;
      case 'datagrams':
        for (const [flow, sequence, at] of parsed.sent ?? []) this.#flow(flow).sent.push({ sequence, at });
        for (const [flow, sequence, at, server] of parsed.replies ?? [])
          this.#flow(flow).replies.push({ sequence, at, server });
        for (const [flow, at] of parsed.refused ?? []) this.#flow(flow).refusedAt.push(at);
        for (const [flow] of parsed.unsent ?? []) this.#flow(flow).unsent += 1;
        for (const [flow, at, call, code] of parsed.errors ?? []) this.#flow(flow).errors.push({ at, call, code });
        for (const [flow, at, code] of parsed.breaks ?? []) this.#flow(flow).breaks.push({ at, code });
        for (const [flow, at] of parsed.reopened ?? []) {
          const broken = this.#flow(flow).breaks.findLast(({ reopenedAt }) => reopenedAt === undefined);
          if (broken !== undefined) broken.reopenedAt = at;
        }
        break;
      default: // a program may say more than this reader needs
    }
  }

  flow(index = 0): FlowRecord {
    return this.#flow(index);
  }

  flowCount(): number {
    return this.#flows.size;
  }

  /** Errors that the client met before it had a path, when it had no flow yet. */
  probeErrors(): readonly SocketError[] {
    return this.#probe.errors;
  }

  #flow(index: number): LooseFlow {
    if (index < 0) return this.#probe;
    let flow = this.#flows.get(index);
    if (flow === undefined) this.#flows.set(index, (flow = emptyFlow()));
    return flow;
  }
}

function emptyFlow(): LooseFlow {
  return { sent: [], replies: [], refusedAt: [], errors: [], unsent: 0, breaks: [] };
}

/** What ended or disturbed a flow that was open; a connect() that failed came before it, or between two sockets. */
export function errorsWhileOpen(flow: FlowRecord): readonly SocketError[] {
  return flow.errors.filter(({ call }) => call !== 'connect');
}

/** `connect EHOSTUNREACH (12 times), recvmsg ECONNABORTED`; empty when there are none. */
export function describeErrors(errors: readonly SocketError[]): string {
  const counts = new Map<string, number>();
  for (const { call, code } of errors) counts.set(`${call} ${code}`, (counts.get(`${call} ${code}`) ?? 0) + 1);
  return [...counts].map(([text, count]) => (count === 1 ? text : `${text} (${count} times)`)).join(', ');
}

/** How many parts an entry of each list has, and which of them are texts; the others are numbers. */
const LISTS: Readonly<Record<string, { readonly parts: number; readonly texts: readonly number[] }>> = {
  sent: { parts: 3, texts: [] },
  unsent: { parts: 2, texts: [] },
  replies: { parts: 4, texts: [3] },
  refused: { parts: 2, texts: [] },
  errors: { parts: 4, texts: [2, 3] },
  breaks: { parts: 3, texts: [2] },
  reopened: { parts: 2, texts: [] },
};

/** A record whose lists are not of this form is no record: half of it would be read as nothing seen. */
function parseLine(line: string): ClientLine | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('type' in value)) return undefined;
  return value.type !== 'datagrams' || hasWholeLists(value) ? value : undefined;
}

function hasWholeLists(line: object): boolean {
  return Object.entries(LISTS).every(([name, { parts, texts }]) => {
    const list: unknown = (line as Readonly<Record<string, unknown>>)[name] ?? [];
    const isWhole = (entry: unknown): boolean =>
      Array.isArray(entry) &&
      entry.length === parts &&
      entry.every((part, index) => typeof part === (texts.includes(index) ? 'string' : 'number'));
    return Array.isArray(list) && list.every(isWhole);
  });
}
