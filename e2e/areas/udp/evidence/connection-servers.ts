/** Which server each connection of a client ends at. */
import type { SpecContext } from '../../../harness/run/context.ts';
import type { DatagramStream } from '../../../harness/datagrams/datagram-stream.ts';

/** Waits until each connection has been answered; returns who serves which. */
export async function connectionServers(
  t: SpecContext,
  stream: DatagramStream,
  connections: number,
): Promise<readonly string[]> {
  const timeoutMs = t.wait(30_000);
  const found = await stream.until(() => {
    const servers = Array.from({ length: connections }, (_, index) => stream.flow(index).replies.at(-1)?.server);
    return servers.every((server) => server !== undefined) ? servers : undefined;
  }, timeoutMs);
  return found ?? t.inconclusive(`${stream.name}: not every flow was answered within ${timeoutMs} ms`);
}
