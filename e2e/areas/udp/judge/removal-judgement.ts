/** Judgements about rows that have to go, and about rows that have to stay. */
import type { SpecContext } from '../../../harness/run/context.ts';
import { describeEntry, type ConntrackEntry } from '../../../harness/conntrack/conntrack-entry.ts';
import type { ConntrackFollower } from '../../../harness/conntrack/conntrack-follower.ts';
import {
  author,
  describeFlow,
  destroyed,
  isEndOf,
  recordEvents,
  rowsNow,
  type FlowKey,
} from '../evidence/conntrack-premises.ts';
import { totalLost } from '../evidence/datagram-loss.ts';
import type { DatagramStream } from '../evidence/datagram-stream.ts';
import { HANDOVER_BOUND_MS } from './handover-judgement.ts';

/** A row whose owner is gone: the proxy itself has to delete it within the bound. */
export async function judgeRowRemoved(
  t: SpecContext,
  removal: {
    readonly flow: FlowKey;
    readonly stream: DatagramStream;
    readonly follower: ConntrackFollower;
    readonly staleRow: ConntrackEntry;
    readonly after: string;
  },
): Promise<void> {
  const { flow, stream, follower, staleRow } = removal;
  const bound = t.bound(HANDOVER_BOUND_MS);
  const started = t.evidence.now();
  const gone = await destroyed(follower, staleRow, bound);
  const tookMs = t.evidence.now() - started;
  recordEvents(t, follower, flow);
  stream.recordEvidence();
  const subject = `${describeFlow(flow)} after ${removal.after}`;
  t.judge({
    ok: gone !== undefined,
    subject,
    expected: `the row to be deleted within ${bound} ms`,
    observed: `the stale row is still there: ${await rowsNow(flow, t.signal)}; the client goes on: ${stream.describe()}`,
    durationMs: tookMs,
  });
  t.judge({
    ok: gone?.userspace !== undefined,
    subject,
    expected: 'the proxy to delete the stale row ([USERSPACE] in the destroy event)',
    observed: gone === undefined ? 'no destroy event' : `the row was destroyed by ${author(gone)}`,
  });
  t.evidence.measure({ name: 'stale row gone after', value: Math.round(tookMs), unit: 'ms', bound });
}

/** A flow that the change does not concern: its row stays the same row, and every datagram is answered. */
export async function judgeFlowUntouched(
  t: SpecContext,
  healthy: {
    readonly flow: FlowKey;
    readonly stream: DatagramStream;
    readonly flowIndex?: number;
    readonly follower: ConntrackFollower;
    readonly row: ConntrackEntry;
    /** Last sequence number before the change. */
    readonly sequence: number;
    readonly during: string;
    /** Datagrams that may stay unanswered without blame on the proxy; default none. */
    readonly tolerated?: number;
  },
): Promise<void> {
  const { flow, stream, follower, row } = healthy;
  const index = healthy.flowIndex ?? 0;
  await stream.settle(50, t.wait(15_000), index);
  const gone = follower.events.find(isEndOf(follower, row));
  const tolerated = healthy.tolerated ?? 0;
  const [windows = []] = await stream.settledLosses([index], { afterSequence: healthy.sequence, tolerated });
  const lost = totalLost(windows);
  await follower.requireWhole();
  stream.recordEvidence(index);
  const subject = `${describeFlow(flow)} during ${healthy.during}`;
  t.judge({
    ok: gone === undefined,
    subject,
    expected: 'the row of a healthy flow to stay',
    observed: `${gone === undefined ? 'it stayed' : `it was destroyed by ${author(gone)}: ${describeEntry(gone.entry)}`}; rows now: ${await rowsNow(flow, t.signal)}`,
  });
  t.judge({
    ok: lost <= tolerated,
    subject,
    expected: `every datagram to be answered${healthy.tolerated === undefined ? '' : ` but for ${healthy.tolerated}`}`,
    observed: `${lost} lost in ${windows.length} windows, the longest ${Math.round(Math.max(0, ...windows.map(({ durationMs }) => durationMs)))} ms; ${stream.describe(index)}`,
  });
  t.evidence.measure({ name: 'datagrams lost by a healthy flow', value: lost, unit: 'datagrams' });
}
