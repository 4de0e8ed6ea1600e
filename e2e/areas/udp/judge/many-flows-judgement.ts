/** Judgements about a client with many flows: those of a deleted server move on, those of the others are left alone. */
import type { ServiceStage } from '../stage/service-stage.ts';
import type { StageClient } from '../stage/stage-options.ts';
import type { Premise, SpecContext } from '../../../harness/run/context.ts';
import { describeEntry, type ConntrackEntry } from '../../../harness/conntrack/conntrack-entry.ts';
import type { ConntrackFollower } from '../../../harness/conntrack/conntrack-follower.ts';
import { author, foundIn, isEndOf } from '../../../harness/conntrack/conntrack-premises.ts';
import { readConntrack } from '../../../harness/conntrack/conntrack-table.ts';
import { totalLost } from '../../../harness/datagrams/datagram-loss.ts';
import { flowsMove, flowUnharmed, rowKept, type Backend } from './judgements.ts';
import { describeUnclear, heldTo } from '../../../harness/run/time-bound.ts';
import { HANDOVER_BOUND_MS } from './time-bound.ts';
import { unreadDatagrams } from '../evidence/unread-datagrams.ts';

/** Premise: each of these flows has a row whose birth was seen; returns the rows by flow. */
export function rowsOfFlows(
  stage: ServiceStage,
  client: StageClient,
  follower: ConntrackFollower,
  flows: readonly number[],
): Premise<ReadonlyMap<number, ConntrackEntry>> {
  return {
    name: `${flows.length} healthy flows of ${client.name} have rows`,
    lane: follower.node.name,
    prove: async (signal) => {
      const match = { protocol: 'udp', src: stage.ip(client), dst: client.host, dport: client.port };
      const before = follower.events.length;
      const table = await readConntrack(follower.node, stage.family, match, signal);
      const seen = new Set(follower.events.filter(({ kind }) => kind === 'new').map(({ entry }) => entry.id));
      const rows = new Map<number, ConntrackEntry>();
      for (const flow of flows) {
        const row = table.find(({ original, id }) => original.sport === client.sourcePort + flow && seen.has(id));
        if (row === undefined) return { proven: false, reason: `flow ${flow} has none among ${table.length}` };
        foundIn(row, before);
        rows.set(flow, row);
      }
      return { proven: true, value: rows, summary: `${rows.size} rows of healthy flows` };
    },
  };
}

/** Every flow is answered again, by somebody else than the server that went. */
export async function judgeFlowsMoved(
  t: SpecContext,
  client: StageClient,
  flows: readonly number[],
  change: {
    readonly from: string;
    readonly sequence: number;
    /** When the change was seen in the API, on the run's clock. */
    readonly changedAt: number;
    readonly backend: Backend;
  },
): Promise<void> {
  const { from, sequence, changedAt } = change;
  const { stream } = client;
  const moved = (flow: number) =>
    stream.flow(flow).replies.find((reply) => reply.server !== from && reply.sequence > sequence);
  const timeoutMs = Math.max(0, changedAt + t.wait(2 * HANDOVER_BOUND_MS) - t.evidence.now());
  await stream.until(() => (flows.every((flow) => moved(flow) !== undefined) ? true : undefined), timeoutMs);
  const stuck = flows.filter((flow) => moved(flow) === undefined);
  const [first] = stuck;
  const tookMs = Math.max(0, ...flows.map((flow) => stream.onRunClock(moved(flow)?.at ?? 0) - changedAt));
  const held = heldTo(HANDOVER_BOUND_MS, tookMs);
  const subject = `${flows.length} udp flows of ${client.name} that were served by ${from}`;
  if (stuck.length === 0 && held === 'unclear')
    t.inconclusive(`${subject}: the last to move ${describeUnclear(HANDOVER_BOUND_MS, tookMs)}`);
  const isServed = stuck.some((flow) => stream.flow(flow).replies.some((reply) => reply.sequence > sequence));
  t.evidence.inShort(`${flows.length - stuck.length} of ${flows.length} flows moved on, ${stuck.length} stuck`);
  t.judge(flowsMove, {
    outcome: stuck.length > 0 ? (isServed ? 'flows-stay' : 'nobody-answers') : held === 'late' ? 'moved-late' : 'moved',
    facts: { frontend: client.frontend, backend: change.backend },
    subject,
    expected: `each to be answered by another server within ${HANDOVER_BOUND_MS} ms`,
    observed: `${stuck.length} are stuck${first === undefined ? '' : `, the first from port ${client.sourcePort + first}: ${stream.describe(first)}`}`,
    durationMs: Math.round(tookMs),
  });
}

/** Rows and datagrams of the healthy flows are untouched. */
export async function judgeRowsStay(
  t: SpecContext,
  client: StageClient,
  follower: ConntrackFollower,
  rows: ReadonlyMap<number, ConntrackEntry>,
  flows: readonly number[],
  sequence: number,
): Promise<void> {
  await client.stream.settle(50, t.wait(15_000));
  await follower.requireWhole();
  const ends = [...rows.values()].map((row) => isEndOf(follower, row));
  const gone = follower.events.filter((event) => ends.some((isEnd) => isEnd(event)));
  const [first] = gone;
  const facts = { frontend: client.frontend, during: 'clean-up' } as const;
  t.evidence.measure({ name: 'rows of healthy flows deleted', value: gone.length, unit: 'rows' });
  t.evidence.inShort(`${rows.size - gone.length} of ${rows.size} rows of healthy flows kept`);
  t.judge(rowKept, {
    outcome: first === undefined ? 'kept' : first.userspace === undefined ? 'deleted-by-kernel' : 'deleted-by-program',
    facts,
    subject: `${rows.size} rows of healthy udp flows on ${follower.node.name}`,
    expected: 'all to stay',
    observed:
      first === undefined
        ? 'they stayed'
        : `${gone.length} were destroyed, the first by ${author(first)}: ${describeEntry(first.entry)}`,
  });
  const lost = (await client.stream.settledLosses(flows, { afterSequence: sequence })).map(totalLost);
  const total = lost.reduce((sum, count) => sum + count, 0);
  const unread = total === 0 ? 0 : await unreadDatagrams(t, client.ref.namespace);
  if (unread > 0)
    t.inconclusive(
      `${total} datagrams of healthy flows lost, and ${unread} dropped at sockets that nobody read in time`,
    );
  t.evidence.inShort(`${total} datagrams of healthy flows lost`);
  t.judge(flowUnharmed, {
    outcome: total === 0 ? 'unharmed' : 'loses-datagrams',
    facts,
    measures: { lost: total },
    subject: `${flows.length} healthy udp flows of ${client.name}`,
    expected: 'every datagram to be answered',
    observed: `${total} lost, ${lost.filter((count) => count > 0).length} flows concerned`,
  });
}
