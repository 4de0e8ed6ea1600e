/** Whatever serves Services on a cluster already: nothing is installed, and what it keeps its flows in is probed. */
import type { KubernetesObject } from '../../../harness/cluster/kubernetes-object.ts';
import { conntrackListArgv, parseConntrackTable } from '../../../harness/conntrack/conntrack-table.ts';
import { reachesApi } from './reaches-api.ts';
import type { ServiceProxy } from './service-proxy.ts';
import type { SubjectContext } from '../../../harness/subject/subject.ts';

interface DaemonSet extends KubernetesObject {
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: readonly { readonly image: string }[] } };
  };
}

interface Service extends KubernetesObject {
  readonly spec: { readonly clusterIP: string };
}

export function installedProxy(): ServiceProxy {
  const name = 'service-proxy@installed';
  return {
    name,
    kind: 'service-proxy',
    preflight: async (context) => {
      const silent = await reachesApi(context, 10_000);
      return silent === undefined ? [] : [`a proxy that serves Services: ${silent}`];
    },
    install: () => Promise.resolve(),
    remove: () => Promise.resolve(),
    // What every Service has is expected of it. Rows are probed; its pods are not known, so nothing can restart them.
    capabilities: async (context) => [
      ...((await keepsRows(context)) ? ['conntrack-rows'] : []),
      ...[
        'unconnected-datagrams',
        'node-port',
        'external-ip',
        'load-balancer-ip',
        'session-affinity',
        'traffic-policy',
      ],
      ...(context.cluster.familyMode === 'dual' ? ['dual-stack'] : []),
    ],
    info: async (context) => ({
      name,
      kind: 'service-proxy',
      versions: {},
      remarks: [
        `found on the cluster and left as it is; DaemonSets of kube-system: ${(await daemonSets(context)).join(', ') || 'none'}`,
      ],
    }),
    logs: () => Promise.resolve({}),
  };
}

/** After a request to the API server's Service a translated row of it stands on the node, unless flows are kept elsewhere. */
async function keepsRows(context: SubjectContext): Promise<boolean> {
  const { cluster, signal } = context;
  const [node] = await cluster.workers();
  if (node === undefined || (await reachesApi(context, 10_000)) !== undefined) return false;
  const service = await cluster.api.get<Service>('v1', 'Service', 'kubernetes', 'default', signal);
  const ip = service?.spec.clusterIP ?? '';
  const family = ip.includes(':') ? 'ipv6' : 'ipv4';
  const argv = conntrackListArgv(family, { protocol: 'tcp', dst: ip });
  const { code, stdout } = await node.exec(argv, { signal, timeoutMs: 30_000 });
  return code === 0 && parseConntrackTable(stdout).entries.some(({ reply }) => reply.src !== ip);
}

async function daemonSets({ cluster, signal }: SubjectContext): Promise<readonly string[]> {
  const found = await cluster.api
    .list<DaemonSet>('apps/v1', 'DaemonSet', { namespace: 'kube-system' }, signal)
    .catch(() => []);
  return found.map(({ metadata, spec }) => `${metadata.name} (${spec.template.spec.containers[0]?.image ?? '?'})`);
}
