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
  readonly errors: readonly string[];
}

interface LooseFlow {
  sent: SentDatagram[];
  replies: Reply[];
  refusedAt: number[];
  errors: string[];
}

interface ClientLine {
  readonly type?: unknown;
  readonly mono?: unknown;
  readonly wall?: unknown;
  readonly sent?: readonly (readonly [number, number, number])[];
  readonly replies?: readonly (readonly [number, number, number, string])[];
  readonly refused?: readonly (readonly [number, number])[];
  readonly errors?: readonly (readonly [number, number, string])[];
  readonly error?: unknown;
}

export class DatagramRecord {
  readonly #flows = new Map<number, LooseFlow>();
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
        for (const [flow, , text] of parsed.errors ?? []) this.#flow(flow).errors.push(text);
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

  #flow(index: number): LooseFlow {
    let flow = this.#flows.get(index);
    if (flow === undefined) this.#flows.set(index, (flow = { sent: [], replies: [], refusedAt: [], errors: [] }));
    return flow;
  }
}

function parseLine(line: string): ClientLine | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'type' in value ? value : undefined;
  } catch {
    return undefined;
  }
}
