/** Which address the pod network gives to the next pod of a node: host-local hands addresses out in a circle and remembers where it is. */
import type { ClusterNode } from './cluster.ts';

/**
 * Makes `address`, of a pod that is gone, the next one that the node gives away. Waits up to 10 s for it to be free: the CNI's DEL
 * gives it back a moment after the pod object is gone. No promise: another pod that starts meanwhile may be faster, so whoever asks
 * has to look what its pod was given.
 */
export async function offerAddress(node: ClusterNode, address: string, signal: AbortSignal): Promise<void> {
  const script = `find /run /var/lib/cni -maxdepth 5 -name last_reserved_ip.0 2>/dev/null | while read -r f; do
    for i in $(seq 100); do [ -e "$(dirname "$f")/${address}" ] || break; sleep 0.1; done
    printf %s ${previous(address)} > "$f"; done`;
  // Where the pod network looks first for a free address; every new pod moves it on, so there is nothing to put back.
  await node.run(['sh', '-c', script], { signal });
}

/** The address before this one, IPv4 or IPv6 (last group above 0). */
function previous(address: string): string {
  const separator = address.includes(':') ? ':' : '.';
  const parts = address.split(separator);
  const last = parts.pop() ?? '';
  const number = separator === ':' ? parseInt(last, 16) : Number(last);
  return [...parts, (number - 1).toString(separator === ':' ? 16 : 10)].join(separator);
}
