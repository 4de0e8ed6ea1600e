/**
 * A client that was there before its Service had the address: its first datagrams meet no rule, so its row is not translated,
 * and as long as it sends, that row keeps every later rule away from it. An external IP is used because some proxies let
 * nothing through to cluster IPs that are not in use, and then no such row can be made there.
 */
import { followConntrack, type ConntrackFollower } from '../../../harness/conntrack/conntrack-follower.ts';
import { rowPointsAt } from '../../../harness/conntrack/conntrack-premises.ts';
import type { FlowKey } from '../evidence/flow-key.ts';
import type { ConntrackEntry } from '../../../harness/conntrack/conntrack-entry.ts';
import type { Destination, FreshFlows } from '../evidence/fresh-flows.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import { raiseUdpTimeouts } from '../../../harness/conntrack/conntrack-timeouts.ts';
import { flowOf, watchFresh } from './server-cycle.ts';
import { SERVICE_PORT, type ServiceStage } from '../stage/service-stage.ts';
import type { ServerOptions, StageClient, StagePod } from '../stage/stage-options.ts';
import { unassignedAddress } from '../stage/unassigned-address.ts';

export interface EarlyClient {
  readonly client: StageClient;
  /** Runs, and is no ready endpoint yet. */
  readonly server: StagePod;
  readonly flow: FlowKey;
  readonly follower: ConntrackFollower;
  readonly row: ConntrackEntry;
  readonly fresh: FreshFlows;
  /** An external IP of the Service, which got it after the client had begun. */
  readonly address: string;
  /** Where flows go that nothing translates. */
  readonly untranslated: Destination;
}

/** Lets the client send to an address that is nobody's yet, proves the untranslated row, and gives the Service the address. */
export async function openEarly(t: SpecContext, stage: ServiceStage, options: ServerOptions): Promise<EarlyClient> {
  const node = stage.clientNode;
  const address = unassignedAddress(t, stage.family);
  await raiseUdpTimeouts(t, node);
  const follower = await followConntrack(t, node, { protocol: 'udp', dst: address, dport: SERVICE_PORT });
  const [client, server] = await t.step('start a client before its Service has the address, and a server', () =>
    Promise.all([
      stage.startClient('client', { host: address, frontend: 'external-ip', awaitPath: false }),
      stage.addServer('server-1', options),
    ]),
  );
  const flow = flowOf(stage, client, node);
  await client.stream.settle(5, t.wait(20_000));
  const name = 'the early client’s row is not translated: its replies would come from the address itself';
  const row = await t.evidence.require(rowPointsAt(t, flow, address, { seenBy: follower, name }));
  const untranslated = { name: 'the address itself', ip: address };
  const fresh = await watchFresh(t, stage, { client, follower }, untranslated);
  await t.step('give the Service the address, without a ready endpoint', () =>
    stage.patchService({ spec: { externalIPs: [address] } }),
  );
  return { client, server, flow, follower, row, fresh, address, untranslated };
}
