/**
 * Addresses and link commands of the test bed. Pure.
 *
 *   client netns … ─┐                      ┌─ router netns (one a profile) ─┐
 *   client netns … ─┴─ bridge in lan netns ┼─ router netns …               ─┴─ server segment
 *
 * The source address says which client, the destination says which profile: one client process can hold a connection
 * through every balancer at once. The server has one address a profile and a rule that sends its answers back through the same router.
 */
import type { IpFamily } from '../../../harness/cluster/cluster.ts';
import { netnsPrefix } from './idle-load-balancer-netns.ts';

export type Addresses = Readonly<Record<IpFamily, string>>;

export interface Topology {
  readonly lan: string;
  client(index: number): { readonly netns: string; readonly addresses: Addresses };
  router(index: number): {
    readonly netns: string;
    readonly lan: Addresses;
    readonly wan: Addresses;
    /** The server's address behind this router. */
    readonly server: Addresses;
    /** Name of the server-side end of the router's link; unique on the machine. */
    readonly serverLink: string;
    /** Table, and priority of the rule that leads to it: before the main table, whose priority is 32766. */
    readonly routeTable: number;
  };
}

export const lanPrefixes = { ipv4: '10.97.0.0/16', ipv6: 'fd97::/64' } as const;

/** `slug` is unique on the machine; `segment` (0–255) keeps two runs on one docker network apart. */
export function topology(slug: string, segment: number): Topology {
  const ns = (part: string): string => `${netnsPrefix}${slug}-${part}`;
  const hex = segment.toString(16);
  return {
    lan: ns('lan'),
    client: (index) => ({
      netns: ns(`c${index}`),
      addresses: { ipv4: `10.97.0.${index + 1}`, ipv6: `fd97::${(index + 1).toString(16)}` },
    }),
    router: (index) => ({
      netns: ns(`r${index}`),
      lan: { ipv4: `10.97.1.${index + 1}`, ipv6: `fd97::1:${(index + 1).toString(16)}` },
      wan: { ipv4: `10.99.${segment}.${index + 1}`, ipv6: `fd99:${hex}::${(index + 1).toString(16)}` },
      server: { ipv4: `10.99.${segment}.${index + 101}`, ipv6: `fd99:${hex}::1:${(index + 1).toString(16)}` },
      serverLink: `sp${hex.padStart(2, '0')}${shortHash(slug)}w${index}`,
      routeTable: 1000 + segment * 100 + index,
    }),
  };
}

/** Interface names have 15 characters; four hex digits keep two runs apart. */
function shortHash(text: string): string {
  let hash = 2166136261;
  for (const char of text) hash = Math.imul(hash ^ char.charCodeAt(0), 16777619) >>> 0;
  return (hash & 0xffff).toString(16).padStart(4, '0');
}

const segments = 250;

/** A segment number from a slug, the next one when that is `taken`: beds of one run stand before one server. */
export function segmentOf(slug: string, taken: ReadonlySet<number> = new Set()): number {
  const first = parseInt(shortHash(`segment ${slug}`), 16) % segments;
  for (let step = 0; step < segments; step += 1) {
    const segment = 1 + ((first + step) % segments);
    if (!taken.has(segment)) return segment;
  }
  throw new Error(`all ${segments} segments of the test bed are taken`);
}

/** Links of one client, run in the lan namespace; routes to every router's server address, run in the client's. */
export function clientCommands(
  bed: Topology,
  index: number,
  routes: readonly { readonly to: Addresses; readonly via: Addresses }[],
): { readonly lan: readonly string[]; readonly own: readonly string[] } {
  const { netns, addresses } = bed.client(index);
  return {
    lan: [
      `link add c${index} type veth peer name eth0 netns ${netns}`,
      `link set c${index} master lan`,
      `link set c${index} up`,
    ],
    own: [
      'link set eth0 up',
      `addr add ${addresses.ipv4}/16 dev eth0`,
      `addr add ${addresses.ipv6}/64 dev eth0 nodad`,
      ...routes.flatMap(({ to, via }) => [
        `route add ${to.ipv4}/32 via ${via.ipv4}`,
        `route add ${to.ipv6}/128 via ${via.ipv6}`,
      ]),
    ],
  };
}

export function routerLanCommands(
  bed: Topology,
  index: number,
): { readonly lan: readonly string[]; readonly own: readonly string[] } {
  const router = bed.router(index);
  return {
    lan: [
      `link add r${index} type veth peer name lan0 netns ${router.netns}`,
      `link set r${index} master lan`,
      `link set r${index} up`,
    ],
    own: [
      'link set lan0 up',
      `addr add ${router.lan.ipv4}/16 dev lan0`,
      `addr add ${router.lan.ipv6}/64 dev lan0 nodad`,
      'link set wan0 up',
      `addr add ${router.wan.ipv4}/24 dev wan0`,
      `addr add ${router.wan.ipv6}/64 dev wan0 nodad`,
    ],
  };
}

/** What the server's namespace needs for one router: an address, and answers from it that go back the same way. */
export function serverCommands(
  bed: Topology,
  index: number,
  device: string,
): { readonly add: readonly string[]; readonly remove: readonly string[] } {
  const { server, wan, routeTable } = bed.router(index);
  const pairs = [
    ['', '', server.ipv4, '24', wan.ipv4, lanPrefixes.ipv4],
    ['-6 ', ' nodad', server.ipv6, '64', wan.ipv6, lanPrefixes.ipv6],
  ] as const;
  return {
    add: pairs.flatMap(([six, flag, address, length, via, prefix]) => [
      `${six}addr add ${address}/${length} dev ${device}${flag}`,
      `${six}route add ${prefix} via ${via} dev ${device} table ${routeTable}`,
      `${six}rule add from ${address} lookup ${routeTable} priority ${routeTable}`,
    ]),
    remove: pairs.flatMap(([six, , address, length, via, prefix]) => [
      `${six}rule del from ${address} lookup ${routeTable} priority ${routeTable}`,
      `${six}route del ${prefix} via ${via} dev ${device} table ${routeTable}`,
      `${six}addr del ${address}/${length} dev ${device}`,
    ]),
  };
}
