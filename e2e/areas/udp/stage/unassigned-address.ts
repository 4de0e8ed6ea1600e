/** Addresses that no machine has, for external and load-balancer IPs. Private ones: a packet that misses its rule stays here. */
import type { IpFamily } from '../../../harness/cluster/cluster.ts';
import type { SpecContext } from '../../../harness/run/context.ts';

/** A different address for each attempt, so that specs that run at once do not meet. */
export function unassignedAddress(t: SpecContext, family: IpFamily): string {
  return addressFor(t.slug, family);
}

export function addressFor(slug: string, family: IpFamily): string {
  // FNV-1a: only the spread matters.
  let hash = 0x811c9dc5;
  for (const letter of slug) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193) >>> 0;
  const high = (hash >>> 8) % 256;
  const low = 1 + (hash % 254);
  return family === 'ipv4'
    ? `192.168.${high === 0 ? 1 : high}.${low}`
    : `fd5a:1e:9:${high.toString(16)}::${low.toString(16)}`;
}
