/** Clocks of nodes beside ours: lines of an agent, times of a pod and our own have to be compared on one. */
import type { Cluster, ClusterNode } from '../../../harness/cluster/cluster.ts';

const READS = 3;

/**
 * Milliseconds by which a node's clock is ahead of this machine's, as good as half the shortest of three round trips. Nodes of kind
 * are containers of this machine, so they have its clock and there is nothing to measure.
 */
export async function clockAheadMs(
  cluster: Pick<Cluster, 'provider'>,
  node: Pick<ClusterNode, 'run' | 'name'>,
  signal: AbortSignal,
): Promise<number> {
  if (cluster.provider === 'kind') return 0;
  const reads: { readonly trip: number; readonly ahead: number }[] = [];
  for (let read = 0; read < READS; read += 1) {
    const sent = Date.now();
    const text = await node.run(['date', '+%s.%N'], { signal, timeoutMs: 10_000 });
    const back = Date.now();
    const said = Number(text.trim()) * 1000;
    if (!(said > 0)) throw new Error(`the clock of ${node.name} cannot be read: date said "${text.trim()}"`);
    reads.push({ trip: back - sent, ahead: said - (sent + back) / 2 });
  }
  return reads.toSorted((a, b) => a.trip - b.trip)[0]?.ahead ?? 0;
}
