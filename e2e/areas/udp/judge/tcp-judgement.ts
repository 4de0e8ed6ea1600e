/** TCP connections that a UDP clean-up does not concern. */
import type { ConntrackFollower } from '../../../harness/conntrack/conntrack-follower.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import { connectionsAlive, tcpRowsKept, type Disturbance } from './judgements.ts';
import { describeErrors, errorsWhileOpen } from '../../../harness/datagrams/datagram-record.ts';
import { serverSpans, totalLost } from '../../../harness/datagrams/datagram-loss.ts';
import type { DatagramStream } from '../../../harness/datagrams/datagram-stream.ts';

/** Each of these connections is still open, every line was answered, and by one server only. */
export async function judgeConnectionsAlive(
  t: SpecContext,
  stream: DatagramStream,
  connections: readonly number[],
  during: { readonly disturbance: Disturbance; readonly told: string },
): Promise<void> {
  // All at once: one after the other, each would wait for lines that the others have long got.
  const goals = connections.map((index) => ({ index, goal: stream.lastSequence(index) + 30 }));
  const reached = (): true | undefined =>
    goals.every(({ index, goal }) => stream.lastSequence(index) >= goal) ? true : undefined;
  // What is known of a connection that broke is judged; a client that ended or fell silent without one proves nothing.
  const unlessBroken = (error: unknown): undefined => {
    if (connections.every((index) => errorsWhileOpen(stream.flow(index)).length === 0)) throw error;
  };
  await stream.until(reached, t.wait(15_000)).catch(unlessBroken);
  const losses =
    (await stream.settledLosses(connections).catch(unlessBroken)) ?? connections.map((index) => stream.losses(index));
  const alive = connections.filter(
    (index, position) => errorsWhileOpen(stream.flow(index)).length === 0 && totalLost(losses[position] ?? []) === 0,
  );
  t.evidence.inShort(`${alive.length} of ${connections.length} tcp connections unharmed`);
  for (const [position, index] of connections.entries()) {
    const errors = errorsWhileOpen(stream.flow(index));
    const windows = losses[position] ?? [];
    const servers = serverSpans(stream.flow(index)).map(({ server }) => server);
    const lost = totalLost(windows);
    t.judge(connectionsAlive, {
      outcome:
        errors.length > 0
          ? 'broken'
          : servers.length === 0
            ? 'nobody-answers'
            : servers.length > 1
              ? 'another-server'
              : lost > 0
                ? 'lines-unanswered'
                : 'alive',
      facts: { frontend: 'cluster-ip', during: during.disturbance },
      subject: `tcp connection ${index} of ${stream.name} during ${during.told}`,
      expected: 'to stay open and have every line answered by one server',
      observed: `${errors.length === 0 ? 'no error' : `errors ${describeErrors(errors)}`}; answered by ${servers.join(', ') || 'nobody'}; ${lost} lines unanswered`,
    });
  }
}

/** No program deletes a TCP row meanwhile. */
export async function judgeTcpRowsKept(
  t: SpecContext,
  follower: ConntrackFollower,
  at: { readonly rows: string; readonly disturbance: Disturbance },
): Promise<void> {
  const gone = follower.events.filter(({ kind, userspace }) => kind === 'destroy' && userspace !== undefined);
  await follower.requireWhole();
  t.judge(tcpRowsKept, {
    outcome: gone.length === 0 ? 'kept' : 'deleted-by-program',
    facts: { frontend: 'cluster-ip', during: at.disturbance },
    subject: `tcp rows to ${at.rows} on ${follower.node.name}`,
    expected: 'none to be deleted by a program',
    observed: `${gone.length} were deleted`,
  });
}
