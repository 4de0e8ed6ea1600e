/** One flow for each of several servers, all of one client, so that what goes at once can be judged server by server. */
import type { ConntrackEntry } from '../../../harness/conntrack/conntrack-entry.ts';
import { followConntrack, type ConntrackFollower } from '../../../harness/conntrack/conntrack-follower.ts';
import { raiseUdpTimeouts } from '../../../harness/conntrack/conntrack-timeouts.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import { rowPointsAt } from '../../../harness/conntrack/conntrack-premises.ts';
import type { FlowKey } from '../evidence/flow-key.ts';
import type { FreshFlows } from '../evidence/fresh-flows.ts';
import { startFreshFlows } from '../stage/fresh-client.ts';
import { SERVICE_PORT, type ServiceStage } from '../stage/service-stage.ts';
import type { StageClient, StagePod } from '../stage/stage-options.ts';
import { destinationOf, flowOf } from './server-cycle.ts';
import { startSpreadClient } from './spread-client.ts';

/** One of 256 clients has none at one of two servers; then another is started. */
const FLOWS = 8;

export interface ServedFlows {
  readonly client: StageClient;
  readonly follower: ConntrackFollower;
  readonly fresh: FreshFlows;
  readonly flows: readonly {
    readonly server: StagePod;
    readonly index: number;
    readonly flow: FlowKey;
    readonly staleRow: ConntrackEntry;
  }[];
}

/** `servers` are ready endpoints. Proves a row to each, and that flows which begin anew go to each. */
export async function pinFlowToEach(
  t: SpecContext,
  stage: ServiceStage,
  servers: readonly StagePod[],
): Promise<ServedFlows> {
  const node = stage.clientNode;
  await raiseUdpTimeouts(t, node);
  const follower = await followConntrack(t, node, { protocol: 'udp', dst: stage.clusterIP, dport: SERVICE_PORT });
  const { client, servers: answeredBy } = await t.step('start a client with flows to each server', () =>
    startSpreadClient(t, stage, FLOWS, servers.length),
  );
  const flows = [];
  for (const server of servers) {
    const index = answeredBy.indexOf(server.name);
    const flow = { ...flowOf(stage, client, node), sport: client.sourcePort + index };
    const staleRow = await t.evidence.require(rowPointsAt(t, flow, stage.ip(server), { seenBy: follower }));
    flows.push({ server, index, flow, staleRow });
  }
  const fresh = await t.step('start flows that begin anew', () => startFreshFlows(t, stage, client, follower));
  for (const server of servers) await t.evidence.require(fresh.reach(destinationOf(stage, server)));
  return { client, follower, fresh, flows };
}
