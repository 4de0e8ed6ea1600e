/** A proxy works when the first Service does: the API server's own, from every node. */
import type { KubernetesObject } from '../../../harness/cluster/kubernetes-object.ts';
import type { SubjectContext } from '../../../harness/subject/subject.ts';

interface Service extends KubernetesObject {
  readonly spec: { readonly clusterIP: string };
}

/** Tries for `timeoutMs` on each node. Undefined when it answers everywhere, else where it does not and what was said. */
export async function reachesApi({ cluster, signal }: SubjectContext, timeoutMs: number): Promise<string | undefined> {
  const service = await cluster.api.get<Service>('v1', 'Service', 'kubernetes', 'default', signal);
  const ip = service?.spec.clusterIP ?? '';
  const url = `https://${ip.includes(':') ? `[${ip}]` : ip}/healthz`;
  const tries = Math.ceil(timeoutMs / 500);
  const script = `for i in $(seq ${tries}); do curl -ksS -m 2 -o /dev/null ${url} && exit 0; sleep 0.5; done; exit 1`;
  for (const node of await cluster.nodes()) {
    const { code, stderr } = await node.exec(['sh', '-c', script], { signal, timeoutMs: 5 * timeoutMs + 10_000 });
    if (code !== 0) return `${url} does not answer on ${node.name}: ${stderr.trim().split('\n').at(-1) ?? ''}`;
  }
  return undefined;
}
