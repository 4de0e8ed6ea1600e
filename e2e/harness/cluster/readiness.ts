/** When a cluster is ready, and if not, who is to blame: which node or pod, which condition. */
import type { KubeApi } from './cluster.ts';
import { isApiError } from './kube/api-error.ts';
import { describeObjects } from './kube/describe-objects.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import type { NodeObject } from './node-facts.ts';
import { pollUntil } from './wait.ts';

interface PodObject extends KubernetesObject {
  readonly spec?: { readonly nodeName?: string };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

interface ReadinessOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** A line each time somebody else is waited for. */
  readonly log: (line: string) => void;
}

/** All nodes have a pod range, which the pod network is made from. */
export async function waitForPodRanges(api: KubeApi, nodes: number, options: ReadinessOptions): Promise<void> {
  await api.waitFor<NodeObject, true>(
    { apiVersion: 'v1', kind: 'Node' },
    (found) =>
      found.length >= nodes && found.every((node) => (node.spec?.podCIDRs ?? []).length > 0) ? true : undefined,
    { what: `${nodes} nodes have a pod range`, timeoutMs: options.timeoutMs, signal: options.signal },
  );
}

/** All nodes are Ready and every pod of kube-system is. Throws WaitTimeoutError that names those that are not. */
export async function waitUntilReady(api: KubeApi, nodes: number, options: ReadinessOptions): Promise<void> {
  let blame = 'nothing yet';
  let said = '';
  await pollUntil(
    async (signal) => {
      const bad = await unready(api, nodes, signal).catch((error: unknown) => {
        if (isApiError(error) && error.status < 500) throw error;
        return [`the API server does not answer: ${error instanceof Error ? error.message : String(error)}`];
      });
      if (bad.length === 0) return true;
      blame = bad.join('; ');
      const short = bad.map((one) => one.split(' (')[0] ?? one).join(', ');
      if (short !== said) options.log(`waiting for ${short}`);
      said = short;
      return undefined;
    },
    {
      what: 'the cluster is ready',
      timeoutMs: options.timeoutMs,
      signal: options.signal,
      intervalMs: 300,
      lastState: () => blame,
    },
  );
}

async function unready(api: KubeApi, nodes: number, signal: AbortSignal): Promise<readonly string[]> {
  const [allNodes, pods] = await Promise.all([
    api.list<NodeObject>('v1', 'Node', {}, signal),
    api.list<PodObject>('v1', 'Pod', { namespace: 'kube-system' }, signal),
  ]);
  const missing = allNodes.length < nodes ? [`${nodes - allNodes.length} of ${nodes} nodes (not registered)`] : [];
  const badNodes = allNodes.filter((node) => !hasCondition(node.status?.conditions));
  const badPods = pods.filter((pod) => pod.status?.phase !== 'Succeeded' && !hasCondition(pod.status?.conditions));
  const noPods = pods.some((pod) => pod.metadata.name.startsWith('coredns')) ? [] : ['CoreDNS (no pod yet)'];
  return [...missing, ...[...badNodes, ...badPods].map((object) => describeObjects([object])), ...noPods];
}

function hasCondition(conditions: readonly { readonly type: string; readonly status: string }[] | undefined): boolean {
  return conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true;
}
