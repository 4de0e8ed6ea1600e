/** What a Node object says about a node, for both providers. */
import type { ClusterNode, ExecResult, IpFamily, KubeApi } from './cluster.ts';
import type { KubernetesObject } from './kubernetes-object.ts';

export type NodeFacts = Pick<ClusterNode, 'name' | 'controlPlane' | 'addresses' | 'podCidrs'> & {
  /** As the spec of the node says; what only holds for now, as NotReady, stands in `away` and `closed`. */
  readonly schedulable: boolean;
  /** Why no pod of ours can run there at all: `NotReady (KubeletNotReady)`, `windows`; undefined: one can. */
  readonly away?: string | undefined;
  /** Why only pods that tolerate it are placed there: `cordoned`, `taint dedicated:NoSchedule`; undefined: any are. */
  readonly closed?: string | undefined;
  readonly info: Readonly<Record<string, string>>;
};

export interface NodeObject extends KubernetesObject {
  readonly spec?: {
    readonly podCIDRs?: readonly string[];
    readonly unschedulable?: boolean;
    readonly taints?: readonly { readonly key: string; readonly effect: string }[];
  };
  readonly status?: {
    readonly addresses?: readonly { readonly type: string; readonly address: string }[];
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
    readonly nodeInfo?: Readonly<Record<string, string>>;
  };
}

export async function readNodes(api: KubeApi, signal?: AbortSignal): Promise<readonly NodeFacts[]> {
  const nodes = await api.list<NodeObject>('v1', 'Node', {}, signal);
  return nodes.map(nodeFacts).sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
}

export function nodeFacts(node: NodeObject): NodeFacts {
  const internal = (node.status?.addresses ?? []).filter((one) => one.type === 'InternalIP').map((one) => one.address);
  const ipv4 = internal.find((address) => !address.includes(':'));
  const ipv6 = internal.find((address) => address.includes(':'));
  const addresses: Partial<Record<IpFamily, string>> = {
    ...(ipv4 !== undefined && { ipv4 }),
    ...(ipv6 !== undefined && { ipv6 }),
  };
  const labels = node.metadata.labels ?? {};
  const controlPlane = 'node-role.kubernetes.io/control-plane' in labels || 'node-role.kubernetes.io/master' in labels;
  const taints = (node.spec?.taints ?? []).filter(
    (taint) => taint.effect !== 'PreferNoSchedule' && !taint.key.startsWith('node.kubernetes.io/'),
  );
  return {
    name: node.metadata.name,
    controlPlane,
    addresses,
    podCidrs: node.spec?.podCIDRs ?? [],
    schedulable: node.spec?.unschedulable !== true && taints.length === 0,
    away: whyAway(node),
    closed: whyClosed(node),
    info: node.status?.nodeInfo ?? {},
  };
}

/** Nodes that only look like machines take no DaemonSet and have no shell; Windows has another kernel. */
function whyAway({ metadata, status }: NodeObject): string | undefined {
  const labels = metadata.labels ?? {};
  const system = status?.nodeInfo?.['operatingSystem'] ?? labels['kubernetes.io/os'] ?? 'linux';
  if (system !== 'linux') return system;
  if (labels['eks.amazonaws.com/compute-type'] === 'fargate') return 'Fargate';
  if (labels['type'] === 'virtual-kubelet' || labels['kubernetes.azure.com/type'] === 'virtual-kubelet')
    return 'virtual node';
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready?.status === 'True') return undefined;
  if (ready?.status === 'Unknown') return `unreachable (${ready.reason ?? 'no reason given'})`;
  return `NotReady (${ready === undefined ? 'its kubelet never reported' : (ready.reason ?? 'no reason given')})`;
}

function whyClosed({ spec }: NodeObject): string | undefined {
  if (spec?.unschedulable === true) return 'cordoned';
  const taint = spec?.taints?.find(({ effect }) => effect !== 'PreferNoSchedule');
  return taint === undefined ? undefined : `taint ${taint.key}:${taint.effect}`;
}

export function failedCommand(node: string, argv: readonly string[], result: ExecResult): Error {
  const said = (result.stderr.trim() || result.stdout.trim()).split('\n').slice(-6).join(' | ');
  return new Error(
    `${argv.join(' ').slice(0, 200)} on node ${node}: expected exit code 0, got ${result.code}: ${said || 'no output'}`,
  );
}
