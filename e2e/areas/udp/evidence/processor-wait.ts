/** How long the proxy's own processes on a node waited for a processor. */
import type { ClusterNode } from '../../../harness/cluster/cluster.ts';
import type { KubernetesObject } from '../../../harness/cluster/kubernetes-object.ts';
import { countWaits as countWaitsOf } from '../../../harness/run/processor-wait.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import type { ServiceProxy } from '../subjects/service-proxy.ts';

interface PodOnNode extends KubernetesObject {
  readonly spec: { readonly nodeName?: string };
}

/** Begins to count on that node. The function that it returns tells the wait so far; undefined: it cannot be read. */
export function countWaits(t: SpecContext, node: ClusterNode): () => Promise<number | undefined> {
  return countWaitsOf(t, node, proxyPods);
}

async function proxyPods(t: SpecContext, node: ClusterNode): Promise<readonly string[]> {
  const { pods } = t.env.subject('service-proxy') as ServiceProxy;
  if (pods === undefined) return [];
  const all = await t.env.cluster.api.list<PodOnNode>('v1', 'Pod', pods, t.signal);
  return all.flatMap(({ metadata, spec }) =>
    spec.nodeName === node.name && metadata.uid !== undefined ? [metadata.uid] : [],
  );
}
