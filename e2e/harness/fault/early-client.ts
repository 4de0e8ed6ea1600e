/**
 * A client that was there before its Service had the address: its first datagrams meet no rule, so its row is not translated,
 * and as long as it sends, that row keeps every later rule away from it. An external IP is used because some proxies let
 * nothing through to cluster IPs that are not in use, and then no such row can be made there.
 */
import { followConntrack, type ConntrackFollower } from '../evidence/conntrack-follower.ts';
import { rowPointsAt, type FlowKey } from '../evidence/conntrack-premises.ts';
import type { ConntrackEntry } from '../evidence/conntrack-entry.ts';
import type { SpecContext } from '../run/context.ts';
import { raiseUdpTimeouts } from './conntrack-timeouts.ts';
import { flowOf } from './server-cycle.ts';
import { SERVICE_PORT, type ServiceStage } from './service-stage.ts';
import type { StageClient } from './stage-options.ts';
import { unassignedAddress } from './unassigned-address.ts';

export interface EarlyClient {
  readonly client: StageClient;
  readonly flow: FlowKey;
  readonly follower: ConntrackFollower;
  readonly row: ConntrackEntry;
  /** To be given to the Service as an external IP. */
  readonly address: string;
}

/** Lets the client send to an address that is nobody's yet, and proves the untranslated row. */
export async function startEarlyClient(t: SpecContext, stage: ServiceStage): Promise<EarlyClient> {
  const node = stage.clientNode;
  const address = unassignedAddress(t, stage.family);
  await raiseUdpTimeouts(t, node);
  const follower = await followConntrack(t, node, { protocol: 'udp', dst: address, dport: SERVICE_PORT });
  const client = await t.step('start the client before its Service has the address', () =>
    stage.startClient('client', { host: address, awaitPath: false }),
  );
  const flow = flowOf(stage, client, node);
  await client.stream.settle(5, 20_000 * t.env.slowFactor);
  const name = 'the early client’s row is not translated: its replies would come from the address itself';
  const row = await t.evidence.require(rowPointsAt(t, flow, address, { seenBy: follower, name }));
  return { client, flow, follower, row, address };
}
