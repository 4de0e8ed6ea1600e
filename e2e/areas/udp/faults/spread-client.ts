/** A client whose many flows are spread over all servers of the Service. */
import { connectionServers } from '../evidence/connection-servers.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import type { ServiceStage } from '../stage/service-stage.ts';
import type { StageClient } from '../stage/stage-options.ts';

const TRIES = 5;
/** All flows share the servers' sockets, whose buffers are full after half a second without a processor at the usual pace. */
const INTERVAL_MS = 60;

/**
 * EndpointSlices tell what the proxy was told, not what it has written: flows that open too early all hang on the first
 * server. Then another client is started; the flows of the earlier ones go on and harm nothing.
 */
export async function startSpreadClient(
  t: SpecContext,
  stage: ServiceStage,
  flows: number,
  servers: number,
): Promise<{ readonly client: StageClient; readonly servers: readonly string[] }> {
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const client = await stage.startClient(`client-${tries}`, { flows, intervalMs: INTERVAL_MS });
    const answeredBy = await connectionServers(t, client.stream, flows);
    if (new Set(answeredBy).size === servers) return { client, servers: answeredBy };
  }
  return t.inconclusive(`no client of ${TRIES} had its ${flows} flows spread over ${servers} servers`);
}
