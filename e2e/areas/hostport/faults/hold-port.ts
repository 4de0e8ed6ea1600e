/** A flow that is pinned to the pod that holds the port, by a proven row. */
import { followConntrack, type ConntrackFollower } from '../../../harness/conntrack/conntrack-follower.ts';
import { rowPointsAt, type Flow } from '../../../harness/conntrack/conntrack-premises.ts';
import type { ConntrackEntry } from '../../../harness/conntrack/conntrack-entry.ts';
import type { DatagramStream } from '../../../harness/datagrams/datagram-stream.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import { flowOf, rowToNobody } from '../evidence/mapped-row.ts';
import type { HostPortStage, Sender, StagePod } from '../stage/host-port-stage.ts';

export interface PinnedSender {
  readonly sender: Sender;
  readonly flow: Flow;
  readonly follower: ConntrackFollower;
  readonly row: ConntrackEntry;
}

export interface HeldPort extends PinnedSender {
  readonly holder: StagePod;
  readonly fresh: DatagramStream;
}

/** Starts the holder, a sender on its node, and flows that begin anew; proves the sender's row. */
export async function holdPort(t: SpecContext, stage: HostPortStage): Promise<HeldPort> {
  const follower = await followConntrack(t, stage.node, { protocol: 'udp', dst: stage.host, dport: stage.port });
  const [holder, sender, fresh] = await t.step('start a pod that holds the port, and a sender', () =>
    Promise.all([stage.addHolder('pod-1'), stage.startSender('sender'), stage.startFresh()]),
  );
  return { holder, fresh, ...(await pinned(t, stage, { sender, holder, follower })) };
}

/** Proves that the sender is answered by the holder, and by which row. */
export async function pinned(
  t: SpecContext,
  stage: HostPortStage,
  { sender, holder, follower }: Pick<PinnedSender, 'sender' | 'follower'> & { readonly holder: StagePod },
): Promise<PinnedSender> {
  await t.evidence.require(sender.stream.answeredBy({ server: holder.name }, t.wait(30_000)));
  const flow = flowOf(stage, sender);
  const row = await t.evidence.require(rowPointsAt(t, flow, holder.ip, { seenBy: follower }));
  return { sender, flow, follower, row };
}

/** Starts a sender to a port that nobody holds, and flows that begin anew; proves the row that leads to nobody. */
export async function sendToNobody(t: SpecContext, stage: HostPortStage, name = 'sender'): Promise<PinnedSender> {
  const follower = await followConntrack(t, stage.node, { protocol: 'udp', dst: stage.host, dport: stage.port });
  const sender = await t.step('start a sender while nobody holds the port', () =>
    stage.startSender(name, { awaitPath: false }),
  );
  const flow = flowOf(stage, sender);
  const row = await t.evidence.require(rowToNobody(t, flow, follower));
  return { sender, flow, follower, row };
}
