/** What a cluster that we did not make consists of. For reports, and to refuse what cannot work; reading only. */
import type { ClusterFacts, ClusterNode, IpFamily, KubeApi } from '../cluster.ts';
import type { KubernetesObject } from '../kubernetes-object.ts';
import type { NodeFacts } from '../node-facts.ts';

interface Workload extends KubernetesObject {
  readonly spec?: {
    readonly template?: {
      readonly spec?: { readonly containers?: readonly { readonly name: string; readonly image?: string }[] };
    };
  };
}

/** Names of DaemonSets by which pod networks and service proxies are known. */
const networks: Readonly<Record<string, string>> = {
  'aws-node': 'Amazon VPC CNI',
  'calico-node': 'Calico',
  cilium: 'Cilium',
  kindnet: 'kindnet',
  'antrea-agent': 'Antrea',
  'kube-flannel-ds': 'Flannel',
  'kube-router': 'kube-router',
  'azure-cns': 'Azure CNI',
  'gke-metadata-server': 'GKE',
  'ovnkube-node': 'OVN-Kubernetes',
  'weave-net': 'Weave',
};

export async function families(
  api: KubeApi,
  nodes: readonly NodeFacts[],
  signal: AbortSignal,
): Promise<readonly IpFamily[]> {
  interface Service extends KubernetesObject {
    readonly spec?: { readonly clusterIPs?: readonly string[] };
  }
  const service = await api.get<Service>('v1', 'Service', 'kubernetes', 'default', signal).catch(() => undefined);
  const addresses = [...nodes.flatMap((node) => node.podCidrs), ...(service?.spec?.clusterIPs ?? [])];
  const found = new Set(addresses.map((address): IpFamily => (address.includes(':') ? 'ipv6' : 'ipv4')));
  return [...found].sort();
}

export async function detectFacts(
  api: KubeApi,
  nodes: readonly NodeFacts[],
  signal: AbortSignal,
): Promise<ClusterFacts> {
  const sets = await api.list<Workload>('apps/v1', 'DaemonSet', {}, signal).catch((): readonly Workload[] => []);
  const distinct = (key: string): string =>
    [...new Set(nodes.map((node) => node.info[key] ?? 'unknown'))].sort().join(', ');
  const network = sets.filter((set) => networks[set.metadata.name] !== undefined);
  return {
    kubernetes: distinct('kubeletVersion'),
    kernel: distinct('kernelVersion'),
    containerRuntime: distinct('containerRuntimeVersion'),
    nodeImage: distinct('osImage'),
    podNetwork:
      network.map((set) => `${networks[set.metadata.name] ?? ''} (${imagesOf(set)})`).join(', ') || 'not recognised',
  };
}

/** How Services are served now: kube-proxy's own word, else what its configuration says, else who else is there. */
export async function detectProxy(api: KubeApi, nodes: readonly ClusterNode[], signal: AbortSignal): Promise<string> {
  for (const node of nodes.slice(0, 1)) {
    const answer = await node
      .exec(['curl', '-s', '-m', '3', 'http://127.0.0.1:10249/proxyMode'], { signal, timeoutMs: 15_000 })
      .catch(() => undefined);
    if (answer?.code === 0 && /^[a-z]+$/.test(answer.stdout.trim())) return `kube-proxy ${answer.stdout.trim()}`;
  }
  interface ConfigMap extends KubernetesObject {
    readonly data?: Readonly<Record<string, string>>;
  }
  const config = await api
    .get<ConfigMap>('v1', 'ConfigMap', 'kube-proxy', 'kube-system', signal)
    .catch(() => undefined);
  if (config !== undefined) {
    const mode = /^\s*mode:\s*"?(\w*)"?\s*$/m.exec(Object.values(config.data ?? {}).join('\n'))?.[1];
    return `kube-proxy ${mode === undefined || mode === '' ? 'iptables' : mode} (by its configuration)`;
  }
  const sets = await api.list<Workload>('apps/v1', 'DaemonSet', {}, signal).catch((): readonly Workload[] => []);
  return sets.some((set) => set.metadata.name === 'cilium') ? 'Cilium' : 'not recognised';
}

function imagesOf(set: Workload): string {
  const images = (set.spec?.template?.spec?.containers ?? []).map((one) => (one.image ?? '').split('/').at(-1) ?? '');
  return images.join(' ').replace(/@sha256:[0-9a-f]+/g, '');
}
