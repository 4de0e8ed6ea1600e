/**
 * Where flows go that begin now: the control of every bound. A fresh flow has no row yet, so the proxy's rules alone decide, and
 * the first that no longer go to the old server say when the rules for a change were in place.
 */
import type { ConntrackEvent } from '../../../harness/conntrack/conntrack-event.ts';
import type { ConntrackFollower } from '../../../harness/conntrack/conntrack-follower.ts';
import type { Premise, SpecContext } from '../../../harness/run/context.ts';
import type { DatagramStream } from '../../../harness/datagrams/datagram-stream.ts';

/** A server as rows name it, and as it names itself in replies. */
export interface Destination {
  readonly name: string;
  readonly ip: string;
  /** Told apart by port as well; any when absent. */
  readonly port?: number;
}

export interface FreshFlow {
  /** When its only datagram was sent, on the run's clock. */
  readonly at: number;
  /** `elsewhere`: translated to another than the two, or left as it was. `nowhere`: refused, dropped or unanswered. */
  readonly went: 'old' | 'new' | 'elsewhere' | 'nowhere';
}

export interface Change {
  readonly from: Destination;
  readonly to?: Destination | undefined;
}

/** So many in a row: with two servers one in a thousand such runs would come by chance, before the change is visible. */
export const IN_A_ROW = 10;

/** On a calm machine a row's birth, a reply and a refusal are told within this; what was not told by then did not happen. */
const TOLD_WITHIN_MS = 500;

/**
 * Start of the first ten in a row, from `changedAt` on, of which none went to the old server; of which each reached the new one
 * where `mustReach` asks for it, because being refused proves nothing there. Undefined: not yet.
 */
export function rulesWrittenAt(flows: readonly FreshFlow[], changedAt: number, mustReach: boolean): number | undefined {
  const isMoved = ({ went }: FreshFlow): boolean => (mustReach ? went === 'new' : went !== 'old');
  const since = flows.filter(({ at }) => at >= changedAt);
  const start = since.findIndex((_, index) => {
    const run = since.slice(index, index + IN_A_ROW);
    return run.length === IN_A_ROW && run.every(isMoved);
  });
  return since[start]?.at;
}

export class FreshFlows {
  readonly #t: SpecContext;
  readonly #stream: DatagramStream;
  readonly #firstPort: number;
  readonly #follower: ConntrackFollower | undefined;

  /** Without a follower the proxy has no rows, and who answers tells where a flow went. */
  constructor(t: SpecContext, stream: DatagramStream, firstPort: number, follower?: ConntrackFollower) {
    this.#t = t;
    this.#stream = stream;
    this.#firstPort = firstPort;
    this.#follower = follower;
  }

  /** Those that had their time to be answered or refused, in order. */
  seen({ from, to }: Change): readonly FreshFlow[] {
    const { record } = this.#stream;
    const births = new Map<number, ConntrackEvent>();
    for (const event of this.#follower?.events ?? [])
      if (event.kind === 'new' && event.entry.original.sport !== undefined)
        births.set(event.entry.original.sport, event);
    const all = Array.from({ length: record.flowCount() }, (_, index) => ({ index, flow: record.flow(index) }));
    const toldWithin = Math.max(TOLD_WITHIN_MS, this.#t.wait(TOLD_WITHIN_MS));
    const newest = Math.max(0, ...all.flatMap(({ flow }) => flow.sent.at(-1)?.at ?? []));
    return all.flatMap(({ index, flow }) => {
      const [sent] = flow.sent;
      if (sent === undefined || sent.at > newest - toldWithin) return [];
      const at = this.#stream.onRunClock(sent.at);
      if (this.#follower === undefined) return [{ at, went: byServer(flow.replies[0]?.server, { from, to }) }];
      const birth = births.get(this.#firstPort + index);
      if (birth === undefined) return [{ at, went: 'nowhere' as const }];
      const { src, sport } = birth.entry.reply;
      const is = (one: Destination | undefined): boolean =>
        one?.ip === src && (one.port === undefined || one.port === sport);
      return [{ at, went: is(from) ? ('old' as const) : is(to) ? ('new' as const) : ('elsewhere' as const) }];
    });
  }

  /** Premise, before the change: a flow that begins now goes to the old server. What never went there cannot leave it. */
  reach(from: Destination): Premise<number> {
    return {
      name: `fresh flows go to ${from.name} (${from.ip})`,
      lane: this.#stream.name,
      prove: async () => {
        const timeoutMs = this.#t.wait(15_000);
        const look = (): number | undefined => this.#count({ from }, 'old') || undefined;
        const count = await this.#stream.until(look, timeoutMs);
        if (count !== undefined) return { proven: true, value: count, summary: this.describe({ from }) };
        return { proven: false, reason: `none did within ${timeoutMs} ms; ${this.describe({ from })}` };
      },
    };
  }

  /** Waits until the rules for the change are in place; undefined when they are not within that time. */
  rulesWritten(
    change: Change,
    options: { readonly changedAt: number; readonly mustReach?: boolean; readonly timeoutMs: number },
  ): Promise<number | undefined> {
    return this.#stream.until(() => this.writtenBy(change, options), options.timeoutMs);
  }

  /** The same from what is known by now: an event that was told late counts. */
  writtenBy(change: Change, { changedAt, mustReach = false }: { changedAt: number; mustReach?: boolean }) {
    // Who answers is all there is to see without rows, and an unanswered flow may still have gone to the old server.
    return rulesWrittenAt(this.seen(change), changedAt, mustReach || this.#follower === undefined);
  }

  /** `214 fresh flows: 40 to server-1, 160 to server-2, 14 nowhere` */
  describe(change: Change): string {
    const words = { old: `to ${change.from.name}`, new: `to ${change.to?.name ?? '?'}`, elsewhere: 'elsewhere' };
    const counts = ([...Object.entries({ ...words, nowhere: 'nowhere' })] as [FreshFlow['went'], string][])
      .map(([went, told]) => ({ told, count: this.#count(change, went) }))
      .filter(({ count }) => count > 0);
    const total = counts.reduce((sum, { count }) => sum + count, 0);
    return `${total} fresh flows${total === 0 ? '' : `: ${counts.map(({ count, told }) => `${count} ${told}`).join(', ')}`}`;
  }

  #count(change: Change, wanted: FreshFlow['went']): number {
    return this.seen(change).filter(({ went }) => went === wanted).length;
  }
}

/** `server-1:8081` where a server with several ports says on which it was reached. */
function byServer(server: string | undefined, { from, to }: Change): FreshFlow['went'] {
  if (server === undefined) return 'nowhere';
  return server === from.name ? 'old' : server === to?.name ? 'new' : 'elsewhere';
}
