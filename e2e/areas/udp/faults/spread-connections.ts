/** TCP connections through a Service that end at several servers, so that a lost row shows. */
import { connectionServers } from '../evidence/connection-servers.ts';
import type { DatagramStream } from '../../../harness/datagrams/datagram-stream.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import type { ServiceStage } from '../stage/service-stage.ts';

const maxTries = 10;

/**
 * The indexes of `others` are those of connections that avoid `server`; at least two. An endpoint in the EndpointSlice is not
 * yet one in the proxy's rules (kube-proxy writes them once a second), so the client is started anew until it is spread.
 */
export async function openSpreadConnections(
  t: SpecContext,
  stage: ServiceStage,
  connections: number,
  server: string,
): Promise<{ readonly stream: DatagramStream; readonly others: readonly number[] }> {
  let servers: readonly string[] = [];
  for (let round = 1; round <= maxTries; round++) {
    const client = await stage.startTcpClient(`tcp-client-${round}`, connections);
    servers = await connectionServers(t, client.stream, connections);
    const others = servers.flatMap((name, index) => (name === server ? [] : [index]));
    if (others.length >= 2) return { stream: client.stream, others };
    await stage.deletePod(client);
  }
  return t.inconclusive(`connections are spread badly after ${maxTries} tries: ${servers.join(', ')}`);
}
