/** The rules of the portmap plugin on a node, as its two backends write them. */
import type { ClusterNode, IpFamily } from '../../../harness/cluster/cluster.ts';

export type PortmapMode = 'iptables' | 'nftables';

/** The plugin's own table in nftables mode, one a family. */
const TABLE = 'cni_hostport';

/** Whether a rule of this backend translates to the address. Throws when the rules cannot be read: absent rules are another answer. */
export async function leadsTo(
  at: { readonly node: ClusterNode; readonly mode: PortmapMode; readonly family: IpFamily },
  address: string,
  signal: AbortSignal,
): Promise<boolean> {
  const { node, mode, family } = at;
  const six = family === 'ipv6';
  const argv =
    mode === 'iptables'
      ? [six ? 'ip6tables-save' : 'iptables-save', '-t', 'nat']
      : ['nft', 'list', 'table', six ? 'ip6' : 'ip', TABLE];
  const { code, stdout, stderr } = await node.exec(argv, { signal, timeoutMs: 20_000 });
  // The table comes with the first mapped port of the node.
  if (code !== 0 && mode === 'nftables' && stderr.includes('No such file or directory')) return false;
  if (code !== 0) throw new Error(`${argv.join(' ')} on ${node.name} ended with ${code}: ${stderr.trim().slice(-200)}`);
  return translatesTo(stdout, address);
}

/** `--to-destination 10.244.1.5:80`, `dnat to [fd00::5]:80`. */
export function translatesTo(rules: string, address: string): boolean {
  const host = address.includes(':') ? `[${address}]` : address;
  return rules
    .split('\n')
    .some((line) => line.includes(`--to-destination ${host}:`) || line.includes(`dnat to ${host}:`));
}
