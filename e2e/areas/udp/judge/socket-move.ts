/**
 * How a client came to another server: the proxy moved the flow under its socket, or broke the socket on purpose, so that the
 * client opened another (Linux: SOCK_DESTROY, which its owner sees as ECONNABORTED). Both are right; a report says which it was.
 */
import type { SpecContext } from '../../../harness/run/context.ts';
import type { FlowRecord, SocketBreak } from '../../../harness/datagrams/datagram-record.ts';
import type { DatagramStream } from '../../../harness/datagrams/datagram-stream.ts';

/** Breaks of the flow's socket since its datagram `sequence` was sent. */
export function breaksSince(flow: FlowRecord, sequence: number): readonly SocketBreak[] {
  const since = flow.sent.findLast((datagram) => datagram.sequence <= sequence)?.at ?? -Infinity;
  return flow.breaks.filter(({ at }) => at >= since);
}

/** Records which it was, as evidence and as the measure `sockets broken`. Returns it in words, for the judgement's text. */
export function recordMove(t: SpecContext, stream: DatagramStream, sequence: number, flow = 0): string {
  const breaks = breaksSince(stream.flow(flow), sequence);
  for (const { at, code, reopenedAt } of breaks)
    t.evidence.record({
      at: stream.onRunClock(at),
      ...(reopenedAt === undefined ? {} : { until: stream.onRunClock(reopenedAt) }),
      kind: 'socket-broken',
      lane: stream.name,
      summary: `the client's socket was broken on purpose (${code}); ${reopened(at, reopenedAt)}`,
    });
  t.evidence.measure({ name: 'sockets broken', value: breaks.length, unit: 'sockets' });
  const [first] = breaks;
  if (first === undefined) return 'the client kept its socket';
  const times = breaks.length === 1 ? '' : `${breaks.length} times, first: `;
  return `the client's socket was broken on purpose (${times}${first.code}), ${reopened(first.at, first.reopenedAt)}`;
}

function reopened(at: number, reopenedAt: number | undefined): string {
  if (reopenedAt === undefined) return 'and no new one could be opened';
  return `a new one was open ${Math.round(reopenedAt - at)} ms later`;
}
