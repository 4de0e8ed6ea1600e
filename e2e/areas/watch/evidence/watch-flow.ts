/** What became of one connection, read from the captures on both sides of a balancer. Pure. */
import type { TcpSegment } from './watch-tcp-segment.ts';

export type Side = 'client' | 'server';

/** A segment as seen from the balancer: which side's capture has it, and which end it goes to. */
export interface SeenSegment extends TcpSegment {
  readonly side: Side;
  readonly towards: Side;
}

export interface SeenReset {
  readonly at: number;
  readonly towards: Side;
  readonly seq: number;
  /** The balancer's own: the other side's capture does not have it. */
  readonly injected: boolean;
  /** seq equals the recipient's next expected sequence number. */
  readonly exact: boolean;
}

export interface FlowHistory {
  readonly clientEnd: string;
  readonly serverEnd: string;
  /** Ascending by time, both sides. */
  readonly segments: readonly SeenSegment[];
  readonly openedAt: number;
  readonly resets: readonly SeenReset[];
  /** First FIN towards each end, when there was one. */
  readonly fins: readonly { readonly at: number; readonly towards: Side; readonly injected: boolean }[];
  /** Bare ACKs whose seq is one below the sender's next: TCP keepalive probes. */
  readonly keepalives: readonly { readonly at: number; readonly from: Side }[];
  /** Segments that one side's capture has and the other side's never got. Resets made by the balancer do not count. */
  readonly lost: readonly { readonly at: number; readonly from: Side; readonly length: number }[];
}

/** Groups both captures into connections. `serverPort` tells the ends apart. `proxied` keeps the two legs as one side each. */
export function flowHistories(
  captures: { readonly client: readonly TcpSegment[]; readonly server: readonly TcpSegment[] },
  serverPort: number,
): readonly FlowHistory[] {
  const flows = new Map<string, SeenSegment[]>();
  for (const side of ['client', 'server'] as const)
    for (const segment of captures[side]) {
      const towards: Side = segment.to.endsWith(`:${serverPort}`) ? 'server' : 'client';
      const key = towards === 'server' ? `${segment.from} ${segment.to}` : `${segment.to} ${segment.from}`;
      const list = flows.get(key) ?? [];
      list.push({ ...segment, side, towards });
      flows.set(key, list);
    }
  return [...flows].flatMap(([key, segments]) => {
    const [clientEnd = '', serverEnd = ''] = key.split(' ');
    segments.sort((a, b) => a.at - b.at);
    const syn = segments.find(({ flags, towards }) => flags.syn && !flags.ack && towards === 'server');
    return syn === undefined ? [] : [history(clientEnd, serverEnd, segments, syn.at)];
  });
}

const entered = (segment: SeenSegment): boolean => segment.side !== segment.towards;
const distance = (from: number, to: number): number => (to - from) | 0;

function history(
  clientEnd: string,
  serverEnd: string,
  segments: readonly SeenSegment[],
  openedAt: number,
): FlowHistory {
  const crossed = crossings(segments);
  const resets: SeenReset[] = [];
  const fins: { at: number; towards: Side; injected: boolean }[] = [];
  const keepalives: { at: number; from: Side }[] = [];
  /** Highest acknowledgement sent by each end, and next sequence number of each end. */
  const acked: Partial<Record<Side, number>> = {};
  const next: Partial<Record<Side, number>> = {};
  for (const segment of segments) {
    const sender: Side = segment.towards === 'server' ? 'client' : 'server';
    if (segment.flags.rst) {
      if (segment.side !== segment.towards) continue;
      const expected = acked[segment.towards];
      const injected = crossed.get(segment) === undefined;
      resets.push({
        at: segment.at,
        towards: segment.towards,
        seq: segment.seq,
        injected,
        exact: segment.seq === expected,
      });
      continue;
    }
    if (
      segment.flags.fin &&
      segment.side === segment.towards &&
      !fins.some(({ towards }) => towards === segment.towards)
    )
      fins.push({ at: segment.at, towards: segment.towards, injected: crossed.get(segment) === undefined });
    if (!entered(segment)) continue;
    const known = next[sender];
    const ends = (segment.seq + segment.length + (segment.flags.syn || segment.flags.fin ? 1 : 0)) >>> 0;
    if (
      known !== undefined &&
      segment.length <= 1 &&
      !segment.flags.syn &&
      !segment.flags.fin &&
      distance(segment.seq, known) === 1
    )
      keepalives.push({ at: segment.at, from: sender });
    if (known === undefined || distance(known, ends) > 0) next[sender] = ends;
    const previous = acked[sender];
    if (segment.flags.ack && (previous === undefined || distance(previous, segment.ack) > 0))
      acked[sender] = segment.ack;
  }
  const lost = segments
    .filter((segment) => entered(segment) && !segment.flags.rst && crossed.get(segment) === undefined)
    .map((segment) => ({
      at: segment.at,
      from: segment.towards === 'server' ? ('client' as const) : ('server' as const),
      length: segment.length,
    }));
  return { clientEnd, serverEnd, segments, openedAt, resets, fins, keepalives, lost };
}

/** Pairs each segment that entered the balancer with the one that left on the other side, by its header fields, in order. */
function crossings(segments: readonly SeenSegment[]): ReadonlyMap<SeenSegment, SeenSegment> {
  const pairs = new Map<SeenSegment, SeenSegment>();
  const waiting = new Map<string, SeenSegment[]>();
  const identity = ({ towards, seq, ack, length, flags, window }: SeenSegment): string =>
    `${towards} ${seq} ${ack} ${length} ${JSON.stringify(flags)} ${window}`;
  const inOrder = [...segments].sort((a, b) => a.at - b.at || Number(entered(b)) - Number(entered(a)));
  for (const segment of inOrder) {
    const key = identity(segment);
    if (entered(segment)) {
      waiting.set(key, [...(waiting.get(key) ?? []), segment]);
      continue;
    }
    const source = waiting.get(key)?.shift();
    if (source === undefined) continue;
    pairs.set(source, segment);
    pairs.set(segment, source);
  }
  return pairs;
}

/** The longest silence (ms) between two segments of a flow, from its opening to `until`. */
export function longestSilence(flow: FlowHistory, until: number): number {
  let longest = 0;
  let previous = flow.openedAt;
  for (const { at } of flow.segments) {
    if (at > until) break;
    longest = Math.max(longest, at - previous);
    previous = at;
  }
  return Math.max(longest, until - previous);
}
