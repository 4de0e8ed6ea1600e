/** Judgements about rows that have to go, and about rows that have to stay. */
import type { SpecContext } from '../../../harness/run/context.ts';
import { describeEntry, type ConntrackEntry } from '../../../harness/conntrack/conntrack-entry.ts';
import type { ConntrackFollower } from '../../../harness/conntrack/conntrack-follower.ts';
import { author, describeFlow, isEndOf, recordEvents, rowsNow } from '../../../harness/conntrack/conntrack-premises.ts';
import type { FlowKey } from '../evidence/flow-key.ts';
import { totalLost } from '../../../harness/datagrams/datagram-loss.ts';
import type { DatagramStream } from '../../../harness/datagrams/datagram-stream.ts';
import { flowUnharmed, rowKept, type Disturbance } from './judgements.ts';
import { judgeRowGone, watchRow, type Removal } from './row-end.ts';

/** A row whose owner is gone: the proxy itself has to delete it within the bound. */
export async function judgeRowRemoved(
  t: SpecContext,
  removal: Removal & { readonly stream: DatagramStream },
): Promise<void> {
  const { flow, stream, follower } = removal;
  const end = await watchRow(t, removal);
  recordEvents(t, follower, flow);
  stream.recordEvidence();
  const subject = `${describeFlow(flow)} after ${removal.after}`;
  const row = { gone: 'the stale row went', stays: 'the stale row stayed', unseen: 'the stale row went unseen' }[
    end.row
  ];
  t.evidence.inShort(row);
  await judgeRowGone(t, { ...removal, subject }, end, `the client goes on: ${stream.describe()}`);
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
    readonly disturbance: Disturbance;
    /** The same in words: `a restart of the proxy`. */
    readonly during: string;
    /** Datagrams that may stay unanswered without blame on the proxy; default none. */
    readonly tolerated?: number;
    /** Judged up to here, where the spec went on to change what does concern the flow; default now. */
    readonly until?: { readonly events: number; readonly sequence: number };
  },
): Promise<void> {
  const { flow, stream, follower, row } = healthy;
  const index = healthy.flowIndex ?? 0;
  await stream.settle(50, t.wait(15_000), index);
  const { events = follower.events.length, sequence: last = Infinity } = healthy.until ?? {};
  const gone = follower.events.slice(0, events).find(isEndOf(follower, row));
  const tolerated = healthy.tolerated ?? 0;
  const [all = []] = await stream.settledLosses([index], { afterSequence: healthy.sequence, tolerated });
  const windows = all.filter(({ firstLost }) => firstLost <= last);
  const lost = totalLost(windows);
  await follower.requireWhole();
  stream.recordEvidence(index);
  t.evidence.measure({ name: 'datagrams lost by a healthy flow', value: lost, unit: 'datagrams' });
  t.evidence.inShort(
    `a healthy flow: its row ${gone === undefined ? 'stayed' : 'was deleted'}, ${lost} datagrams lost`,
  );
  const subject = `${describeFlow(flow)} during ${healthy.during}`;
  const facts = { frontend: flow.frontend, during: healthy.disturbance };
  const kept = gone === undefined ? 'kept' : gone.userspace === undefined ? 'deleted-by-kernel' : 'deleted-by-program';
  t.judge(rowKept, {
    outcome: kept,
    facts,
    subject,
    expected: 'the row of a healthy flow to stay',
    observed: `${gone === undefined ? 'it stayed' : `it was destroyed by ${author(gone)}: ${describeEntry(gone.entry)}`}; rows now: ${await rowsNow(flow, t.signal)}`,
  });
  t.judge(flowUnharmed, {
    outcome: lost <= tolerated ? 'unharmed' : 'loses-datagrams',
    facts,
    measures: { lost },
    subject,
    expected: `every datagram to be answered${healthy.tolerated === undefined ? '' : ` but for ${healthy.tolerated}`}`,
    observed: `${lost} lost in ${windows.length} windows, the longest ${Math.round(Math.max(0, ...windows.map(({ durationMs }) => durationMs)))} ms; ${stream.describe(index)}`,
  });
}
