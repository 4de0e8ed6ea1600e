/**
 * The pod network of clusters whose node image has none: reference plugins (ptp, host-local, portmap), a route to every peer's
 * pod range, masquerading for what leaves the pod network, and a blackhole for addresses of pods that are gone, which would
 * otherwise follow the default route out of the machine.
 */
import { isIPv6 } from 'node:net';
import type { ClusterNode, IpFamily } from '../cluster.ts';

const conflistPath = '/etc/cni/net.d/10-staleproof.conflist';

interface CniPlugin {
  readonly type: string;
  readonly [option: string]: unknown;
}
interface Conflist {
  readonly cniVersion: string;
  readonly name: string;
  readonly plugins: readonly CniPlugin[];
}
type Peer = Pick<ClusterNode, 'name' | 'addresses' | 'podCidrs'>;

export function conflist(podCidrs: readonly string[]): string {
  const plugins: CniPlugin[] = [
    {
      type: 'ptp',
      ipMasq: false,
      mtu: 1500,
      ipam: {
        type: 'host-local',
        // /run dies with the node, and so do the pods whose addresses are kept there.
        dataDir: '/run/cni-ipam-state',
        ranges: podCidrs.map((subnet) => [{ subnet }]),
        routes: podCidrs.map((cidr) => ({ dst: familyOf(cidr) === 'ipv6' ? '::/0' : '0.0.0.0/0' })),
      },
    },
    { type: 'portmap', capabilities: { portMappings: true } },
  ];
  return `${JSON.stringify({ cniVersion: '0.4.0', name: 'staleproof', plugins } satisfies Conflist, null, 2)}\n`;
}

/** Shell lines that make a node's routes; idempotent. */
export function routeScript(node: Peer, all: readonly Peer[]): string {
  const lines = ['set -e'];
  for (const cidr of node.podCidrs) lines.push(`ip ${flag(cidr)} route replace blackhole ${cidr}`);
  for (const peer of all) {
    if (peer.name === node.name) continue;
    for (const cidr of peer.podCidrs) {
      const via = peer.addresses[familyOf(cidr)];
      if (via === undefined)
        throw new Error(
          `node ${peer.name} has pod range ${cidr} but no ${familyOf(cidr)} address; no route can lead there`,
        );
      lines.push(`ip ${flag(cidr)} route replace ${cidr} via ${via}`);
    }
  }
  return lines.join('\n');
}

/** Input of `nft -f -`; replaces our table as a whole. */
export function masqueradeRules(node: Peer, podSubnets: readonly string[]): string {
  const tables = node.podCidrs.map((cidr) => {
    const family = familyOf(cidr) === 'ipv6' ? 'ip6' : 'ip';
    const inside = podSubnets.filter((subnet) => familyOf(subnet) === familyOf(cidr)).join(', ');
    return [
      `table ${family} staleproof_pods`,
      `delete table ${family} staleproof_pods`,
      `table ${family} staleproof_pods {`,
      '  chain postrouting {',
      '    type nat hook postrouting priority srcnat; policy accept;',
      `    ${family} saddr ${cidr} ${family} daddr != { ${inside} } masquerade`,
      '  }',
      '}',
    ].join('\n');
  });
  return `${tables.join('\n')}\n`;
}

/** Sets up every node; again is harmless. Needs pod ranges and addresses on all nodes. */
export async function setUpPodNetwork(
  nodes: readonly ClusterNode[],
  podSubnets: readonly string[],
  signal: AbortSignal,
  { keepsChain = false }: { readonly keepsChain?: boolean } = {},
): Promise<void> {
  await Promise.all(
    nodes.map(async (node) => {
      await node.run(['sh', '-s'], { stdin: routeScript(node, nodes), signal });
      await node.run(['nft', '-f', '-'], { stdin: masqueradeRules(node, podSubnets), signal });
      // Last, because the kubelet calls the node Ready as soon as it is there.
      if (!keepsChain) await node.writeFile(conflistPath, conflist(node.podCidrs));
    }),
  );
}

function familyOf(cidr: string): IpFamily {
  return isIPv6(cidr.split('/')[0] ?? '') ? 'ipv6' : 'ipv4';
}

function flag(cidr: string): string {
  return familyOf(cidr) === 'ipv6' ? '-6' : '-4';
}
