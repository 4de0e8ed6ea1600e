/** Premises and judgements about conntrack rows, in the words of the specs. */
import type { ClusterNode, IpFamily } from '../cluster/cluster.ts';
import { pollWithin } from '../cluster/wait.ts';
import { RAISED_UDP_TIMEOUT_SECONDS } from './conntrack-timeouts.ts';
import type { Premise, SpecContext } from '../run/context.ts';
import { describeEntry, endpoint, sameRow, type ConntrackEntry } from './conntrack-entry.ts';
import type { ConntrackEvent } from './conntrack-event.ts';
import type { ConntrackFollower } from './conntrack-follower.ts';
import { matchesEntry, readConntrack } from './conntrack-table.ts';
import type { EntryMatch } from './entry-match.ts';

/** A UDP flow in the original direction, as its row on `node` starts. */
export interface Flow {
  readonly node: ClusterNode;
  readonly family: IpFamily;
  readonly src?: string;
  readonly sport?: number;
  readonly dst: string;
  readonly dport: number;
  /** Zones of conntrack in which the flow's packets are looked up; 0, the node's own, when absent. */
  readonly originalZone?: number;
  readonly replyZone?: number;
}

/** The flow's tuple, in whatever zone. */
function tupleOf(flow: Flow): EntryMatch {
  const { src, sport, dst, dport } = flow;
  return {
    protocol: 'udp',
    dst,
    dport,
    ...(src === undefined ? {} : { src }),
    ...(sport === undefined ? {} : { sport }),
  };
}

export function matchOf(flow: Flow): EntryMatch {
  const { originalZone = 0, replyZone = 0 } = flow;
  return { ...tupleOf(flow), originalZone, replyZone };
}

export function describeFlow(flow: Flow): string {
  return `udp ${flow.src === undefined ? '*' : endpoint(flow.src, flow.sport)} -> ${endpoint(flow.dst, flow.dport)} on ${flow.node.name}`;
}

/** How many events had been seen when the row was looked for and found: an end among those was that of a row before it. */
const foundAfter = new WeakMap<ConntrackEntry, number>();

/** The row stood in the table, which was read after so many of the follower's events. */
export function foundIn(row: ConntrackEntry, eventsBefore: number): void {
  foundAfter.set(row, eventsBefore);
}

/** Whether an event of the follower is the end of exactly this row. */
export function isEndOf(follower: ConntrackFollower, row: ConntrackEntry): (event: ConntrackEvent) => boolean {
  return (event) =>
    event.kind === 'destroy' &&
    sameRow(event.entry, row) &&
    follower.events.indexOf(event) >= (foundAfter.get(row) ?? 0);
}

/** A proxy writes its rules a second or so after the endpoint is ready; until then a client's packets make no such row. */
const ROW_APPEARS_WITHIN_MS = 10_000;

/** Premise: the flow's row exists and its replies are expected from `address`; with raised timeouts, so that it cannot expire unseen. */
export function rowPointsAt(
  t: SpecContext,
  flow: Flow,
  address: string,
  options: { readonly port?: number; readonly name?: string; readonly seenBy?: ConntrackFollower } = {},
): Premise<ConntrackEntry> {
  const name = options.name ?? `the conntrack row of ${describeFlow(flow)} points at ${address}`;
  return {
    name,
    lane: flow.node.name,
    prove: async (signal) => {
      let rows: readonly ConntrackEntry[] = [];
      let before = 0;
      let unborn: ConntrackEntry | undefined;
      const find = async (inner: AbortSignal): Promise<ConntrackEntry | undefined> => {
        before = options.seenBy?.events.length ?? 0;
        // Rows of other zones are named when none of the flow's own is there.
        rows = await readConntrack(flow.node, flow.family, tupleOf(flow), inner);
        const found = rows.find(
          (each) =>
            matchesEntry(each, matchOf(flow)) &&
            each.reply.src === address &&
            (options.port === undefined || each.reply.sport === options.port),
        );
        const isBorn = ({ kind, entry }: ConntrackEvent): boolean =>
          kind === 'new' && found !== undefined && sameRow(entry, found);
        // A busy machine tells of the row before it tells of the row's birth.
        unborn = found === undefined || (options.seenBy?.events.some(isBorn) ?? true) ? undefined : found;
        return unborn === undefined ? found : undefined;
      };
      const timeoutMs = t.wait(ROW_APPEARS_WITHIN_MS);
      const row = await pollWithin(find, { timeoutMs, signal, intervalMs: 250 });
      if (unborn !== undefined)
        return {
          proven: false,
          reason: `the birth of ${describeEntry(unborn)} was not seen, so its end would not be seen either`,
        };
      if (row === undefined)
        return { proven: false, reason: `rows found: ${rows.map(describeEntry).join('; ') || 'none'}` };
      const left = row.timeoutSeconds ?? 0;
      if (left < RAISED_UDP_TIMEOUT_SECONDS / 2)
        return { proven: false, reason: `the row lives for ${left} s only: the raised timeout is not in force` };
      foundIn(row, before);
      return { proven: true, value: row, summary: `${describeEntry(row)}, id ${row.id ?? '?'}` };
    },
  };
}

/**
 * Premise: the row of a flow that no change concerns was made. One that a program has deleted already is proof too, of the
 * very defect: a reply on its way at that moment makes the flow's next row the other way round, and none like the first follows.
 */
export function healthyRow(
  t: SpecContext,
  flow: Flow,
  address: string,
  follower: ConntrackFollower,
): Premise<ConntrackEntry> {
  const there = rowPointsAt(t, flow, address, { seenBy: follower });
  return {
    ...there,
    prove: async (signal) => {
      const proof = await there.prove(signal);
      if (proof.proven) return proof;
      const taken = follower.events.find(
        ({ kind, entry, userspace }) =>
          kind === 'destroy' &&
          userspace !== undefined &&
          entry.reply.src === address &&
          matchesEntry(entry, matchOf(flow)),
      );
      if (taken === undefined) return proof;
      const summary = `${describeEntry(taken.entry)}, id ${taken.entry.id ?? '?'}, deleted by ${author(taken)} already`;
      return { proven: true, value: taken.entry, summary };
    },
  };
}

/** Rows of the flow as they are now, for messages: `none`, or each row. */
export async function rowsNow(flow: Flow, signal: AbortSignal): Promise<string> {
  const rows = await readConntrack(flow.node, flow.family, matchOf(flow), signal);
  return rows.map((row) => `${describeEntry(row)} (id ${row.id ?? '?'})`).join('; ') || 'none';
}

/** Waits for the destruction of exactly this row. */
export function destroyed(
  follower: ConntrackFollower,
  row: ConntrackEntry,
  timeoutMs: number,
): Promise<ConntrackEvent | undefined> {
  return follower.waitFor(isEndOf(follower, row), timeoutMs);
}

/** Who ended a row: `the proxy (netlink port 7)` or `the kernel`. */
export function author(event: ConntrackEvent): string {
  const by = event.userspace;
  if (by === undefined) return 'the kernel';
  return `a program (netlink port ${by.portId}${by.program === undefined ? '' : `, ${by.program}`})`;
}

/** Records a row's events as evidence, on the node's lane. */
export function recordEvents(t: SpecContext, follower: ConntrackFollower, flow: Flow): void {
  for (const event of follower.events) {
    if (event.kind === 'update' || !matchesEntry(event.entry, matchOf(flow))) continue;
    const verb = event.kind === 'new' ? 'row made' : `row destroyed by ${author(event)}`;
    t.evidence.record({
      at: t.evidence.fromWall(event.wallMs),
      kind: 'conntrack-entry',
      lane: follower.node.name,
      summary: `${verb}: ${describeEntry(event.entry)}`,
    });
  }
}
