/** The judgement that most UDP specs end in: after a change, the flow's row goes and its datagrams are answered again. */
import type { SpecContext } from '../../../harness/run/context.ts';
import type { ConntrackEntry } from '../../../harness/conntrack/conntrack-entry.ts';
import { describeFlow, recordEvents, rowsNow } from '../../../harness/conntrack/conntrack-premises.ts';
import type { FlowKey } from '../evidence/flow-key.ts';
import type { ConntrackFollower } from '../../../harness/conntrack/conntrack-follower.ts';
import { totalLost } from '../../../harness/datagrams/datagram-loss.ts';
import type { DatagramStream } from '../../../harness/datagrams/datagram-stream.ts';
import type { Destination, FreshFlows } from '../evidence/fresh-flows.ts';
import { flowSettles, type Backend } from './judgements.ts';
import { judgeRowGone, watchRow, type RowEnd } from './row-end.ts';
import { watchTail, type Tail } from './settled-tail.ts';
import { recordMove } from './socket-move.ts';
import { describeUnclear, heldTo } from '../../../harness/run/time-bound.ts';
import { REMOVAL_BOUND_MS } from './time-bound.ts';

export interface Handover {
  readonly flow: FlowKey;
  readonly stream: DatagramStream;
  readonly flowIndex?: number;
  readonly follower: ConntrackFollower;
  /** Absent: nothing tells when the proxy's rules were written, and the row has as long as the rules. */
  readonly fresh?: FreshFlows | undefined;
  /** Fresh flows have to reach `to`: being refused is what they were before the change too. */
  readonly mustReach?: boolean;
  /** The row that has to go, proven before the change. */
  readonly staleRow: ConntrackEntry;
  readonly from: Destination;
  readonly to: Destination;
  /** Last sequence number sent before the change. */
  readonly sequence: number;
  /** When the change was seen in the API, on the run's clock: what a proxy can know. */
  readonly changedAt: number;
  readonly backend: Backend;
  /** The change in a few words: `server-1 was deleted`. */
  readonly after: string;
  /**
   * So many rows go at once that the kernel cannot report each. Then a row counts as deleted by a program when it left the
   * table: its raised timeout had not run out, and the kernel drops such a row for no other reason.
   */
  readonly eventsMayBeLost?: boolean;
}

/** Judges rules, row and datagrams; measures all of them first. Fails with the stale row in its message. */
export async function judgeHandover(t: SpecContext, handover: Handover): Promise<void> {
  const { flow, stream, to, changedAt } = handover;
  const index = handover.flowIndex ?? 0;
  const subject = `${describeFlow(flow)} after ${handover.after}`;
  const end = await watchRow(t, handover);
  const isGone = end.row === 'gone';
  const afterSequence = isGone && end.removedAt !== undefined ? sentBefore(handover, end.removedAt) : handover.sequence;
  // While the row stays the flow goes nowhere else: what it does is told and need not be waited for.
  const timeoutMs = isGone ? t.wait(2 * REMOVAL_BOUND_MS) : 0;
  const tail = await watchTail(t, stream, { to: to.name, afterSequence, timeoutMs, flow: index });
  const how = await measure(t, handover, { subject, end });
  await judgeRowGone(t, { ...handover, subject, expectedToLeave: true }, end, `${how}; ${tail.told}`);
  judgeTail(t, handover, {
    tail,
    end,
    subject,
    how,
    since: Math.max(changedAt, end.writtenAt ?? 0, end.removedAt ?? 0),
  });
}

/** Before any judgement: how bad a failure is belongs to its report. Returns it in words. */
async function measure(
  t: SpecContext,
  handover: Handover,
  { subject, end }: { readonly subject: string; readonly end: RowEnd },
): Promise<string> {
  const { stream, flow, follower, sequence } = handover;
  const index = handover.flowIndex ?? 0;
  const sinceMs = stream.flow(index).sent.find((datagram) => datagram.sequence > sequence)?.at;
  const windows = stream.losses(index, sinceMs === undefined ? {} : { sinceMs });
  recordEvents(t, follower, flow);
  stream.recordEvidence(index);
  const how = recordMove(t, stream, sequence, index);
  const longest = windows.reduce((most, window) => Math.max(most, window.durationMs), 0);
  const lost = totalLost(windows);
  t.evidence.measure({ name: 'loss window', value: Math.round(longest), unit: 'ms' });
  t.evidence.measure({ name: 'datagrams lost', value: lost, unit: 'datagrams' });
  const row = { gone: 'the stale row went', stays: 'the stale row stayed', unseen: 'the stale row went unseen' }[
    end.row
  ];
  t.evidence.inShort(`${row}; ${lost} datagrams lost, the longest silence ${Math.round(longest)} ms`);
  t.log(`${subject}: rows now: ${await rowsNow(flow, t.signal)}`);
  return `${lost} datagrams lost, ${stream.describe(index)}; ${how}`;
}

function judgeTail(
  t: SpecContext,
  { flow, stream, to, backend }: Handover,
  seen: {
    readonly tail: Tail;
    readonly end: RowEnd;
    readonly subject: string;
    readonly how: string;
    readonly since: number;
  },
): void {
  const { tail, subject } = seen;
  const tookMs = tail.first === undefined ? undefined : stream.onRunClock(tail.first.at) - seen.since;
  const held = tookMs === undefined ? 'in-time' : heldTo(REMOVAL_BOUND_MS, tookMs, seen.end.machineMs);
  if (tail.outcome === 'settled' && held === 'unclear')
    t.inconclusive(
      `${subject}: the first answer of ${to.name} ${describeUnclear(REMOVAL_BOUND_MS, tookMs ?? 0, seen.end.machineMs)}`,
    );
  t.judge(flowSettles, {
    outcome: tail.outcome === 'settled' && held === 'late' ? 'settled-late' : tail.outcome,
    facts: { frontend: flow.frontend, backend, rules: seen.end.rules },
    subject,
    expected: `${to.name} (${to.ip}) to answer within ${REMOVAL_BOUND_MS} ms, and then every datagram, alone`,
    observed: `${tail.told}; ${seen.how}`,
    ...(tookMs === undefined ? {} : { durationMs: Math.max(0, Math.round(tookMs)) }),
  });
}

/** The newest datagram that left before the row did. */
function sentBefore({ stream, flowIndex = 0, sequence }: Handover, removedAt: number): number {
  const before = stream.flow(flowIndex).sent.findLast(({ at }) => stream.onRunClock(at) <= removedAt)?.sequence ?? 0;
  return Math.max(sequence, before);
}
