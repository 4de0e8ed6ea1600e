/** The UDP client's report while it runs: waits for replies, and draws what was seen into the spec's evidence. */
import type { LineProcess } from '../cluster/cluster.ts';
import type { Premise, SpecContext } from '../run/context.ts';
import { InconclusiveError } from '../run/verdict-errors.ts';
import { abortReason } from '../cluster/abort-reason.ts';
import { lossWindows, serverSpans, totalLost, type LossWindow } from './datagram-loss.ts';
import { DatagramRecord, describeErrors, type FlowRecord, type Reply } from './datagram-record.ts';

export interface ReplyMatch {
  /** Anyone when absent. */
  readonly server?: string;
  readonly flow?: number;
  /** Only datagrams sent after this many were sent: a late answer to an old one proves no path. */
  readonly afterSequence?: number;
}

/** An answer that comes later than this on a calm machine counts as none. */
const LATE_MS = 2_000;

/** A client with nothing to tell says so once a second; one that says nothing for longer than this is not heard any more. */
const SILENT_MS = 5_000;

/**
 * A run that got no processor for a while has its clients' lines unread, and its timers come before its input: it listens so many
 * times more before it calls a client silent.
 */
const LAST_LOOKS = 4;
const LAST_LOOK_MS = 250;

export class DatagramStream {
  readonly name: string;
  readonly record = new DatagramRecord();
  readonly #t: SpecContext;
  readonly #waiting = new Set<() => void>();
  #ended: string | undefined;
  /** Of this process' clock, at the newest line. */
  #heardAt = performance.now();

  constructor(t: SpecContext, name: string, process: LineProcess) {
    this.#t = t;
    this.name = name;
    process.onLine((line) => {
      this.record.add(line);
      this.#heardAt = performance.now();
      this.#wake();
    });
    void process.exited.then(({ reason }) => {
      this.#ended = reason;
      this.#wake();
    });
  }

  flow(index = 0): FlowRecord {
    return this.record.flow(index);
  }

  /** Sequence number of the newest datagram that the client reported as sent. */
  lastSequence(flow = 0): number {
    return this.record.flow(flow).sent.at(-1)?.sequence ?? 0;
  }

  /**
   * First value that `look` returns, now or on a later line; undefined when the time is up. Throws InconclusiveError when the
   * stream ended, and when it was silent in the end: what a client did not tell is not what did not happen.
   */
  until<T>(look: () => T | undefined, timeoutMs: number): Promise<T | undefined> {
    const { signal } = this.#t;
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void): void => {
        clearTimeout(timer);
        this.#waiting.delete(check);
        signal.removeEventListener('abort', abort);
        settle();
      };
      const abort = (): void => finish(() => reject(abortReason(signal)));
      const check = (): void => {
        const found = look();
        if (found !== undefined) return finish(() => resolve(found));
        const broken = this.#brokenReason();
        if (broken !== undefined) finish(() => reject(new InconclusiveError(`${this.name}: ${broken}`)));
      };
      let looks = 0;
      const late = (): void => {
        const silent = this.#silentReason();
        looks += 1;
        if (silent === undefined) finish(() => resolve(undefined));
        else if (looks > LAST_LOOKS) finish(() => reject(new InconclusiveError(`${this.name}: ${silent}`)));
        else timer = setTimeout(late, this.#t.wait(LAST_LOOK_MS));
      };
      let timer = setTimeout(late, timeoutMs);
      signal.addEventListener('abort', abort);
      this.#waiting.add(check);
      check();
    });
  }

  reply(match: ReplyMatch, timeoutMs: number): Promise<Reply | undefined> {
    const after = match.afterSequence ?? 0;
    return this.until(
      () =>
        this.flow(match.flow).replies.findLast(
          (reply) => reply.server === (match.server ?? reply.server) && reply.sequence > after,
        ),
      timeoutMs,
    );
  }

  /** Premise: the client's datagrams are answered by that server. */
  answeredBy(match: ReplyMatch, timeoutMs: number): Premise<Reply> {
    const server = match.server ?? 'anyone';
    return {
      name: `${this.name} is answered by ${server}`,
      lane: this.name,
      prove: async () => {
        const reply = await this.reply(match, timeoutMs);
        if (reply !== undefined)
          return { proven: true, value: reply, summary: `datagram ${reply.sequence} answered by ${reply.server}` };
        return {
          proven: false,
          reason: `no reply from ${server} within ${timeoutMs} ms; ${this.describe(match.flow)}${this.#beforeTheFlows()}`,
        };
      },
    };
  }

  /** Waits until `count` more datagrams have been sent and had their time to be answered. */
  async settle(count: number, timeoutMs: number, flow = 0): Promise<void> {
    const goal = this.lastSequence(flow) + count;
    const reached = await this.until(() => (this.lastSequence(flow) >= goal ? true : undefined), timeoutMs);
    if (reached === undefined)
      throw new InconclusiveError(
        `${this.name} sent fewer than ${count} datagrams in ${timeoutMs} ms; ${this.describe(flow)}${this.#beforeTheFlows()}`,
      );
  }

  losses(flow = 0, bounds: { sinceMs?: number; untilMs?: number } = {}): readonly LossWindow[] {
    return lossWindows(this.flow(flow), bounds);
  }

  /**
   * Loss windows of each flow among what was sent until now, after every datagram had its time to be answered: a client or a server
   * that got no processor for a second answers late, and its report may be read before it has read the answer.
   */
  async settledLosses(
    flows: readonly number[],
    { afterSequence = 0, tolerated = 0 }: { readonly afterSequence?: number; readonly tolerated?: number } = {},
  ): Promise<readonly (readonly LossWindow[])[]> {
    const untilMs = flows.map((flow) => this.flow(flow).sent.at(-1)?.at ?? 0);
    const look = (): readonly (readonly LossWindow[])[] =>
      flows.map((flow, index) =>
        this.losses(flow, { untilMs: untilMs[index] ?? 0 }).filter(({ lastLost }) => lastLost > afterSequence),
      );
    const isEnough = (): boolean => look().every((windows) => totalLost(windows) <= tolerated);
    await this.until(() => (isEnough() ? true : undefined), this.#t.wait(LATE_MS));
    return look();
  }

  /**
   * `412 sent, 398 answered (server-1 201, server-2 197), 3 refused by ICMP, 2 not sent for want of a socket, errors: …`; what
   * did not happen is left out.
   */
  describe(flow = 0): string {
    const { sent, replies, refusedAt, unsent, errors } = this.flow(flow);
    const by = serverSpans(this.flow(flow)).map((span) => `${span.server} ${span.replies}`);
    const refused = refusedAt.length === 0 ? '' : `, ${refusedAt.length} refused by ICMP`;
    const kept = unsent === 0 ? '' : `, ${unsent} not sent for want of a socket`;
    const failed = errors.length === 0 ? '' : `, errors: ${describeErrors(errors)}`;
    return `${sent.length} sent, ${replies.length} answered${by.length === 0 ? '' : ` (${by.join(', ')})`}${refused}${kept}${failed}`;
  }

  /** Monotonic milliseconds of the pod on the run's clock. */
  onRunClock(monoMs: number): number {
    return this.#t.evidence.fromWall(monoMs + (this.record.wallOffset ?? 0));
  }

  /** Puts series per server, loss windows and hand-overs into the evidence. Call once, when the flow's story is over. */
  recordEvidence(flow = 0): void {
    const { evidence } = this.#t;
    const lane = this.record.flowCount() > 1 ? `${this.name} flow ${flow}` : this.name;
    for (const { server } of serverSpans(this.flow(flow))) {
      const points = this.flow(flow).replies.filter((reply) => reply.server === server);
      const series = points.map((reply) => [this.onRunClock(reply.at), reply.sequence] as const);
      evidence.series({ name: `replies of ${server}`, lane, unit: 'sequence number', points: thin(series, 2000) });
    }
    for (const window of this.losses(flow)) {
      const ends = `${window.before?.server ?? 'nobody'} → ${window.after?.server ?? 'nobody'}`;
      evidence.record({
        at: this.onRunClock(window.fromMs),
        until: this.onRunClock(window.toMs),
        kind: 'datagram-loss',
        lane,
        summary: `${window.lost} datagrams (${window.firstLost}–${window.lastLost}) lost in ${Math.round(window.durationMs)} ms, ${ends}`,
      });
    }
  }

  #beforeTheFlows(): string {
    const errors = this.record.probeErrors();
    return errors.length === 0 ? '' : `; before it had a path: ${describeErrors(errors)}`;
  }

  #silentReason(): string | undefined {
    const silentMs = performance.now() - this.#heardAt;
    if (silentMs <= this.#t.wait(SILENT_MS)) return undefined;
    return `the client has said nothing for ${(silentMs / 1000).toFixed(1)} s, and has not ended; ${this.describe()}`;
  }

  #wake(): void {
    for (const check of this.#waiting) check();
  }

  #brokenReason(): string | undefined {
    if (this.record.broken !== undefined) return `the client gave up: ${this.record.broken}`;
    const [foreign] = this.record.rejected;
    if (foreign !== undefined) return `the client printed something else: ${foreign}`;
    if (this.#ended === undefined) return undefined;
    const told = this.record.stopped ? 'the client was told to stop' : 'the client did not say why it ended';
    return `the client's log ended: ${this.#ended}; ${told}`;
  }
}

function thin<T>(points: readonly T[], most: number): readonly T[] {
  if (points.length <= most) return points;
  const step = points.length / most;
  return Array.from({ length: most }, (_, index) => points[Math.floor(index * step)] as T);
}
