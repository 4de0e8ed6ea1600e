/** What a Node object says about a node, for both providers. */
import type { ClusterNode, ExecResult, IpFamily, KubeApi } from './cluster.ts';
import type { KubernetesObject } from './kubernetes-object.ts';

export type NodeFacts = Pick<ClusterNode, 'name' | 'controlPlane' | 'addresses' | 'podCidrs'> & {
  readonly schedulable: boolean;
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

function nodeFacts(node: NodeObject): NodeFacts {
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
    info: node.status?.nodeInfo ?? {},
  };
}

export function failedCommand(node: string, argv: readonly string[], result: ExecResult): Error {
  const said = (result.stderr.trim() || result.stdout.trim()).split('\n').slice(-6).join(' | ');
  return new Error(
    `${argv.join(' ').slice(0, 200)} on node ${node}: expected exit code 0, got ${result.code}: ${said || 'no output'}`,
  );
}
