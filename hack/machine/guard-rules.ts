/**
 * Text of the leak guard: deleted Services and drained pods must not send packets out of this machine. Addresses that only
 * clusters use are rejected and counted on the way to the uplink, and so is everything that is forwarded there.
 */
import { createHash } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';

export const guardTable = 'staleproof_guard';

export interface Surroundings {
  /** Devices of the default routes. */
  readonly uplinks: readonly string[];
  /** Name servers of /etc/resolv.conf: they may have private addresses themselves. */
  readonly resolvers: readonly string[];
  /** Networks of the uplinks' own addresses (`192.0.2.0/24`, `fd00::/64`): gateways and neighbours. */
  readonly ownNetworks: readonly string[];
}

// Pods and Services of kubeadm's defaults, Docker's networks; for IPv6 all unique local addresses.
const clusterV4 = ['10.96.0.0/12', '10.240.0.0/13', '172.16.0.0/12', '192.168.0.0/16'];
const clusterV6 = ['fc00::/7'];

export const counterNames = [
  'cluster_ipv4_from_host',
  'cluster_ipv6_from_host',
  'forwarded_ipv4',
  'forwarded_ipv6',
] as const;

/** Input of `nft -f -`: replaces the table as a whole, in one transaction. */
export function guardRules(around: Surroundings): string {
  const uplinks = `oifname { ${around.uplinks.map((name) => JSON.stringify(name)).join(', ')} }`;
  const trusted = [...around.resolvers, ...around.ownNetworks];
  const v4 = trusted.filter((address) => isIPv4(address.split('/')[0] ?? ''));
  const v6 = trusted.filter((address) => isIPv6(address.split('/')[0] ?? ''));
  const accept = (family: 'ip' | 'ip6', addresses: readonly string[]) =>
    [...new Set(addresses)].map((address) => `    ${uplinks} ${family} daddr ${address} accept`);
  const body = [
    `table inet ${guardTable} {`,
    ...counterNames.map((name) => `  counter ${name} { }`),
    '  chain output {',
    '    type filter hook output priority 10; policy accept;',
    // Answers to whoever reached us from outside (a remote shell through a router) are no leak.
    `    ${uplinks} ct direction reply accept`,
    ...accept('ip', v4),
    ...accept('ip6', v6),
    `    ${uplinks} ip daddr { ${clusterV4.join(', ')} } counter name cluster_ipv4_from_host reject`,
    `    ${uplinks} ip6 daddr { ${clusterV6.join(', ')} } counter name cluster_ipv6_from_host reject`,
    '  }',
    '  chain forward {',
    '    type filter hook forward priority 10; policy accept;',
    `    ${uplinks} meta nfproto ipv4 counter name forwarded_ipv4 reject`,
    `    ${uplinks} meta nfproto ipv6 counter name forwarded_ipv6 reject`,
    '  }',
  ];
  const marker = `  counter ${guardMarker(body.join('\n'))} { }`;
  return [
    `table inet ${guardTable}`,
    `delete table inet ${guardTable}`,
    body[0],
    marker,
    ...body.slice(1),
    '}',
    '',
  ].join('\n');
}

/** A counter that never counts: its name tells which rules are loaded, so equal ones keep their counts. */
export function guardMarker(rules: string): string {
  return `rules_${createHash('sha256').update(rules).digest('hex').slice(0, 12)}`;
}

/** `nameserver` lines; loopback ones stay on this machine anyway. */
export function parseResolvers(text: string): readonly string[] {
  const servers = [...text.matchAll(/^\s*nameserver\s+([^\s%]+)/gm)].map((match) => match[1] ?? '');
  return servers.filter((server) => !server.startsWith('127.') && server !== '::1');
}

/** Packets by rule out of `nft -j list counters`. */
export function parseCounters(json: string): Readonly<Record<string, number>> {
  const parsed = JSON.parse(json) as { nftables?: { counter?: { name: string; table: string; packets: number } }[] };
  const counters = (parsed.nftables ?? []).flatMap((entry) => (entry.counter === undefined ? [] : [entry.counter]));
  const ours = counters.filter(({ table, name }) => table === guardTable && !name.startsWith('rules_'));
  return Object.fromEntries(ours.map(({ name, packets }) => [name, packets]));
}
