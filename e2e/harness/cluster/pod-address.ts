/** A pod with the address of one that is gone: host-local hands addresses out in a circle and remembers where it is. */
import type { SpecContext } from '../run/context.ts';
import type { ClusterNode } from './cluster.ts';

const TRIES = 4;

/** How the pods are started that may get the address. */
interface Heirs<T> {
  /** Starts one on the node; `attempt` counts from 0. */
  start(attempt: number): Promise<T>;
  has(heir: T, address: string): boolean;
  /** Name, and what else tells it apart. */
  told(heir: T): string;
  /** Of one that was given another address; absent: it stays. */
  dismiss?(heir: T): Promise<void>;
}

/**
 * Starts pods until one has the address of a pod that is gone. Proven, else the spec is inconclusive: that another pod was faster
 * says nothing about the subject.
 */
export async function takeAddressOf<T>(
  t: SpecContext,
  { node, address, lane }: { readonly node: ClusterNode; readonly address: string; readonly lane: string },
  heirs: Heirs<T>,
): Promise<T> {
  let heir: T | undefined;
  for (let attempt = 0; heir === undefined && attempt < TRIES; attempt += 1) {
    await offerAddress(node, address, t.signal);
    const candidate = await heirs.start(attempt);
    if (heirs.has(candidate, address)) heir = candidate;
    else await heirs.dismiss?.(candidate);
  }
  return t.evidence.require({
    name: `another pod has the address ${address}`,
    lane,
    prove: () =>
      Promise.resolve(
        heir === undefined
          ? { proven: false, reason: `not given to any of ${TRIES} pods on ${node.name}` }
          : { proven: true, value: heir, summary: `${heirs.told(heir)} has ${address}` },
      ),
  });
}

/**
 * Makes `address` the next one that the node gives away. Waits up to 10 s for it to be free: the CNI's DEL gives it back a moment
 * after the pod object is gone. No promise: another pod that starts meanwhile may be faster.
 */
async function offerAddress(node: ClusterNode, address: string, signal: AbortSignal): Promise<void> {
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
