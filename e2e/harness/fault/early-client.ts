/**
 * A client that was there before its Service: its first datagrams meet no rule, so its row is not translated, and as long as
 * it sends, that row keeps every later rule away from it.
 */
import { followConntrack, type ConntrackFollower } from '../evidence/conntrack-follower.ts';
import { rowPointsAt, type FlowKey } from '../evidence/conntrack-premises.ts';
import type { ConntrackEntry } from '../evidence/conntrack-entry.ts';
import type { SpecContext } from '../run/context.ts';
import { raiseUdpTimeouts } from './conntrack-timeouts.ts';
import { SERVICE_PORT, type ServiceStage } from './service-stage.ts';
import type { StageClient } from './stage-options.ts';

export interface EarlyClient {
  readonly client: StageClient;
  readonly flow: FlowKey;
  readonly follower: ConntrackFollower;
  readonly row: ConntrackEntry;
}

/** Deletes the stage's Service, lets the client send to its cluster IP, and proves the untranslated row. */
export async function startEarlyClient(t: SpecContext, stage: ServiceStage): Promise<EarlyClient> {
  const node = stage.clientNode;
  await t.step('delete the Service, keep its cluster IP', () => stage.deleteService());
  await raiseUdpTimeouts(t, node);
  const follower = await followConntrack(t, node, { protocol: 'udp', dst: stage.clusterIP, dport: SERVICE_PORT });
  const client = await t.step('start the client before the Service', () =>
    stage.startClient('client', { awaitPath: false }),
  );
  const flow = {
    node,
    family: stage.family,
    src: stage.ip(client),
    sport: client.sourcePort,
    dst: client.host,
    dport: SERVICE_PORT,
  };
  await client.stream.settle(5, 20_000 * t.env.slowFactor);
  const row = await t.evidence.require(
    rowPointsAt(t, flow, stage.clusterIP, {
      seenBy: follower,
      name: 'the early client’s row is not translated: its replies would come from the cluster IP itself',
    }),
  );
  return { client, flow, follower, row };
}
