/** Replies on the wire of the owner's node while the pod hears nothing: the packets came, somebody in between dropped them. */
import type { ClusterNode } from '../../../harness/cluster/cluster.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import type { RaceFlows } from './race-flow-set.ts';

export interface ReplyWatch {
  /** How many of these flows had a reply on the node's wire. Ends the watch. */
  seen(flows: ReadonlySet<number>): Promise<number>;
}

const tcpdumpReadyMs = 15_000;

export async function watchReplies(
  t: SpecContext,
  node: ClusterNode,
  clientIp: string,
  flows: RaceFlows,
): Promise<ReplyWatch> {
  const { clientPorts, serverPorts, protocol } = flows;
  const ports = `${clientPorts.first}-${clientPorts.first + clientPorts.count - 1}`;
  const filter = `dst host ${clientIp} and ${protocol} dst portrange ${ports}`;
  const seen = new Set<number>();
  // stderr joins stdout: "listening on" says from when on packets are seen.
  const command = `exec tcpdump -i any -nn -q -l -s 96 '${filter}' 2>&1`;
  const process = await node.spawn(['sh', '-c', command], { signal: t.signal });
  t.defer(`stop tcpdump on ${node.name}`, () => process.stop());
  const form = new RegExp(`[.](\\d+) > ${clientIp.replaceAll('.', '\\.')}[.](\\d+):`);
  process.onLine((line) => {
    const match = form.exec(line);
    if (match === null) return;
    const column = Number(match[1]) - serverPorts.first;
    if (column >= 0 && column < serverPorts.count)
      seen.add((Number(match[2]) - clientPorts.first) * serverPorts.count + column);
  });
  await process.waitFor((line) => line.includes('listening on'), {
    timeoutMs: tcpdumpReadyMs,
    signal: t.signal,
    what: 'tcpdump listens',
  });
  return {
    async seen(wanted) {
      await process.stop();
      return [...wanted].filter((flow) => seen.has(flow)).length;
    },
  };
}
