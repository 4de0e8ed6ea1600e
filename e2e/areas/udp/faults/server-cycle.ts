/** The fault that most UDP specs share: a second server joins, the first is deleted at once. Proven, and judged elsewhere. */
import type { ClusterNode } from '../../../harness/cluster/cluster.ts';
import type { ConntrackEntry } from '../../../harness/conntrack/conntrack-entry.ts';
import { followConntrack, type ConntrackFollower } from '../../../harness/conntrack/conntrack-follower.ts';
import { rowPointsAt } from '../../../harness/conntrack/conntrack-premises.ts';
import type { FlowKey } from '../evidence/flow-key.ts';
import type { Destination, FreshFlows } from '../evidence/fresh-flows.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import { raiseUdpTimeouts } from '../../../harness/conntrack/conntrack-timeouts.ts';
import { startFreshFlows } from '../stage/fresh-client.ts';
import { SERVICE_PORT, type ServiceStage } from '../stage/service-stage.ts';
import type { ClientOptions, StageClient, StagePod } from '../stage/stage-options.ts';

export interface CycleOptions {
  readonly client?: ClientOptions;
  /** Names the client's pod and lane; needed when a spec has several. */
  readonly clientName?: string;
  /** Where the DNATed row stands: the client's node by default, the targeted node for a node port. */
  readonly rowsOn?: ClusterNode;
  readonly serverNode?: ClusterNode;
  readonly ports?: readonly number[];
  /** The servers echo over TCP too. */
  readonly tcp?: boolean;
  /** The servers' readiness can be closed. */
  readonly readiness?: boolean;
  /** The first reply may come from another server than server 1: the spec judges from whom. */
  readonly fromAnyone?: boolean;
}

/** A flow that is pinned to server 1 by a proven row, with server 2 running beside it and not yet in the Service. */
export interface PinnedFlow {
  readonly client: StageClient;
  readonly flow: FlowKey;
  readonly follower: ConntrackFollower;
  readonly server1: StagePod;
  readonly server2: StagePod;
}

/** Starts servers and client, raises timeouts, follows the row's node. Returns once server 1 (or anyone) answers. */
export async function pinFlow(t: SpecContext, stage: ServiceStage, options: CycleOptions = {}): Promise<PinnedFlow> {
  const node = options.rowsOn ?? options.client?.node ?? stage.clientNode;
  const serverOptions = {
    node: options.serverNode ?? stage.serverNode,
    ...(options.ports === undefined ? {} : { ports: options.ports }),
    ...(options.tcp === true ? { tcp: true } : {}),
    ...(options.readiness === true ? { readiness: true } : {}),
  };
  const { host = stage.clusterIP, port = SERVICE_PORT } = options.client ?? {};
  const follower = await followConntrack(t, node, { protocol: 'udp', dst: host, dport: port });
  const [server1, server2, client] = await t.step('raise UDP timeouts, start both servers and the client', () =>
    Promise.all([
      stage.addServer('server-1', serverOptions),
      stage.addServer('server-2', { ...serverOptions, member: false }),
      stage.startClient(options.clientName ?? 'client', options.client),
      raiseUdpTimeouts(t, node),
    ]),
  );
  const flow = flowOf(stage, client, node);
  const first = options.fromAnyone === true ? {} : { server: server1.name };
  await t.evidence.require(client.stream.answeredBy(first, t.wait(30_000)));
  return { client, flow, follower, server1, server2 };
}

/** What has to be known of a replacement to judge it. */
export interface Replacement {
  /** The flow's row before it. */
  readonly staleRow: ConntrackEntry;
  /** Last sequence number sent before it. */
  readonly sequence: number;
  /** When the change was seen in the API, on the run's clock. */
  readonly changedAt: number;
  readonly fresh: FreshFlows | undefined;
}

/** Starts flows that begin anew beside the judged one, and proves that they go where its row points. */
export async function watchFresh(
  t: SpecContext,
  stage: ServiceStage,
  pinned: Pick<PinnedFlow, 'client' | 'follower'>,
  old: Destination,
): Promise<FreshFlows> {
  const fresh = await t.step('start flows that begin anew', () =>
    startFreshFlows(t, stage, pinned.client, pinned.follower),
  );
  await t.evidence.require(fresh.reach(old));
  return fresh;
}

/** The server as rows and replies name it. */
export const destinationOf = (stage: ServiceStage, server: StagePod): Destination => ({
  name: server.name,
  ip: stage.ip(server),
});

/**
 * Lets server 2 in, proves that the flow still hangs on server 1, and takes server 1 out: deletes it with grace 0, unless `leave`
 * does it in another way. Without `freshFlows` nothing tells when the rules were written: for tables so full that their events may
 * be lost.
 */
export async function replaceServer(
  t: SpecContext,
  stage: ServiceStage,
  pinned: PinnedFlow,
  {
    freshFlows = true,
    leave = { title: 'delete server 1 with grace 0', change: () => stage.deletePod(pinned.server1) },
  }: {
    readonly freshFlows?: boolean;
    readonly leave?: { readonly title: string; readonly change: () => Promise<void> };
  } = {},
): Promise<Replacement> {
  const { server1, server2, flow, follower, client } = pinned;
  const fresh = freshFlows ? await watchFresh(t, stage, pinned, destinationOf(stage, server1)) : undefined;
  await t.step('server 2 joins', () => stage.admit(server2));
  await t.evidence.require(stage.endpointsAre([server1, server2]));
  const staleRow = await t.evidence.require(rowPointsAt(t, flow, stage.ip(server1), { seenBy: follower }));
  const sequence = client.stream.lastSequence();
  await t.step(leave.title, leave.change);
  await t.evidence.require(stage.endpointsAre([server2]));
  return { staleRow, sequence, changedAt: t.evidence.now(), fresh };
}

/**
 * The client's flow as its row on `node` begins. On its own node, or from the host network, the row names address and source
 * port; on another node a pod's source may have been masqueraded on the way, so only the destination counts.
 */
export function flowOf(stage: ServiceStage, client: StageClient, node: ClusterNode): FlowKey {
  const destination = { node, frontend: client.frontend, family: stage.family, dst: client.host, dport: client.port };
  return node.name === client.node.name || client.hostNetwork
    ? { ...destination, src: stage.ip(client), sport: client.sourcePort }
    : destination;
}
