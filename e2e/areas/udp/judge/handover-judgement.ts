/** The judgement that most UDP specs end in: after a change, the flow's row moves on and its datagrams are answered again. */
import type { SpecContext } from '../../../harness/run/context.ts';
import { sameRow, type ConntrackEntry } from '../../../harness/conntrack/conntrack-entry.ts';
import {
  author,
  describeFlow,
  destroyed,
  recordEvents,
  matchOf,
  rowsNow,
  type FlowKey,
} from '../evidence/conntrack-premises.ts';
import type { ConntrackFollower } from '../../../harness/conntrack/conntrack-follower.ts';
import { readConntrack } from '../../../harness/conntrack/conntrack-table.ts';
import { totalLost } from '../evidence/datagram-loss.ts';
import type { DatagramStream } from '../evidence/datagram-stream.ts';
import { recordMove } from './socket-move.ts';

/**
 * How long a proxy may take from the change until the flow works again. Bounds what users see, not what a proxy promises:
 * kube-proxy looks at changes once per minSyncPeriod (1 s) and then writes its rules; a busy machine gets the rest.
 */
export const HANDOVER_BOUND_MS = 10_000;

export interface Handover {
  readonly flow: FlowKey;
  readonly stream: DatagramStream;
  readonly flowIndex?: number;
  readonly follower: ConntrackFollower;
  /** The row that has to go, proven before the change. */
  readonly staleRow: ConntrackEntry;
  readonly from: { readonly name: string; readonly ip: string };
  readonly to: { readonly name: string; readonly ip: string };
  /** Last sequence number sent before the change. */
  readonly sequence: number;
  /** The change in a few words: `server-1 was deleted`. */
  readonly after: string;
  /**
   * So many rows go at once that the kernel cannot report each. Then a row counts as deleted by a program when it left the
   * table: its raised timeout had not run out, and the kernel drops such a row for no other reason.
   */
  readonly eventsMayBeLost?: boolean;
}

/** Judges rows and datagrams; measures `loss window` (ms) and `datagrams lost`. Fails with the stale row in its message. */
export async function judgeHandover(t: SpecContext, handover: Handover): Promise<void> {
  const { flow, stream, follower, staleRow, from, to } = handover;
  const index = handover.flowIndex ?? 0;
  const bound = t.bound(HANDOVER_BOUND_MS);
  const subject = `${describeFlow(flow)} after ${handover.after}`;
  const reply = await stream.reply({ server: to.name, flow: index, afterSequence: handover.sequence }, bound);
  // Some more datagrams, so that the last window is settled and a flow that flaps is seen.
  if (reply !== undefined) await stream.settle(30, t.wait(10_000), index);
  const left = async (): Promise<boolean> => {
    const table = await readConntrack(flow.node, flow.family, matchOf(flow), t.signal);
    return table.every((entry) => !sameRow(entry, staleRow));
  };
  const gone =
    handover.eventsMayBeLost === true ? undefined : await destroyed(follower, staleRow, reply === undefined ? 0 : 2000);
  const isGone = gone !== undefined || (handover.eventsMayBeLost === true && (await left()));
  const sinceMs = stream.flow(index).sent.find(({ sequence }) => sequence > handover.sequence)?.at;
  const windows = stream.losses(index, sinceMs === undefined ? {} : { sinceMs });
  recordEvents(t, follower, flow);
  stream.recordEvidence(index);
  const how = recordMove(t, stream, handover.sequence, index);
  const rows = await rowsNow(flow, t.signal);
  const lost = totalLost(windows);
  const longest = windows.reduce((most, window) => Math.max(most, window.durationMs), 0);
  // Before the judgement: how bad a failure is belongs to its report.
  t.evidence.measure({ name: 'loss window', value: Math.round(longest), unit: 'ms', bound });
  t.evidence.measure({ name: 'datagrams lost', value: lost, unit: 'datagrams' });
  t.judge({
    ok: reply !== undefined && isGone,
    subject,
    expected: `the row to leave ${from.name} (${from.ip}) and ${to.name} (${to.ip}) to answer within ${bound} ms`,
    observed: !isGone
      ? `the stale row is still there: ${rows}; ${lost} datagrams lost, ${stream.describe(index)}`
      : `${reply === undefined ? 'no answer' : 'an answer'} from ${to.name}; rows now: ${rows}; ${lost} datagrams lost, ${stream.describe(index)}; ${how}`,
    durationMs: bound,
  });
  if (handover.eventsMayBeLost !== true)
    t.judge({
      ok: gone?.userspace !== undefined,
      subject,
      expected: 'the proxy to delete the stale row ([USERSPACE] in the destroy event)',
      observed: gone === undefined ? 'no destroy event' : `the row was destroyed by ${author(gone)}`,
    });
}
