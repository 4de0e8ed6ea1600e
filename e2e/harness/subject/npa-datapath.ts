/** Removes what a network policy agent leaves in the kernel and on the nodes: filters, pinned maps and programs, copies, logs. */
import type { SubjectContext } from './subject.ts';

const leftovers = ['/var/lib/staleproof/npa-installed', '/var/log/aws-routed-eni'];
// clsact goes with its filters; the pins are the last reference to maps and programs. Only interfaces with our own names have any.
const script = `
ip -o link show | grep -o 'altname eni[0-9a-f]*' | cut -d' ' -f2 | while read -r name; do
  tc qdisc del dev "$name" clsact 2>/dev/null
done
rm -rf /sys/fs/bpf/globals/aws ${leftovers.join(' ')}
true`;

export async function clearDatapath(context: SubjectContext): Promise<void> {
  for (const node of await context.cluster.nodes())
    await node.run(['sh', '-c', script], { signal: context.signal, timeoutMs: 30_000 });
}
