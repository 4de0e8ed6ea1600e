/** Restarts the service proxy of one node, as a rollout does. */
import type { ClusterNode } from '../../../harness/cluster/cluster.ts';
import type { KubernetesObject } from '../../../harness/cluster/kubernetes-object.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import type { ServiceProxy } from '../subjects/service-proxy.ts';

interface ProxyPod extends KubernetesObject {
  readonly spec: { readonly nodeName?: string };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

const RESTART_MS = 60_000;

/** Deletes the proxy's pod on the node and returns when its successor there is Ready. */
export async function restartProxy(t: SpecContext, node: ClusterNode): Promise<void> {
  const { api } = t.env.cluster;
  const proxy = t.env.subject('service-proxy') as ServiceProxy;
  if (proxy.pods === undefined) t.skip(`${proxy.name} does not run in pods that could be restarted`);
  const pods = await api.list<ProxyPod>('v1', 'Pod', proxy.pods, t.signal);
  const old = pods.filter((pod) => pod.spec.nodeName === node.name);
  if (old.length === 0) t.inconclusive(`no pod of ${proxy.name} runs on ${node.name}`);
  for (const { metadata } of old)
    await api.delete(
      { apiVersion: 'v1', kind: 'Pod', name: metadata.name, namespace: proxy.pods.namespace },
      { signal: t.signal },
    );
  const gone = new Set(old.map(({ metadata }) => metadata.uid));
  const name = await api.waitFor<ProxyPod, string>(
    { apiVersion: 'v1', kind: 'Pod', ...proxy.pods },
    (now) =>
      now.find(
        (pod) =>
          pod.spec.nodeName === node.name &&
          !gone.has(pod.metadata.uid) &&
          pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'),
      )?.metadata.name,
    {
      timeoutMs: t.wait(RESTART_MS),
      signal: t.signal,
      what: `${proxy.name} is Ready again on ${node.name}`,
    },
  );
  t.evidence.record({
    kind: 'fault',
    lane: node.name,
    summary: `${proxy.name} restarted: ${old.map(({ metadata }) => metadata.name).join(', ')} replaced by ${name}`,
  });
}
