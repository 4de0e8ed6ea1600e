/** Removes what a network policy agent leaves in the kernel and on the nodes: filters, pinned maps and programs, copies, logs. */
import type { SubjectContext } from '../../../harness/subject/subject.ts';

const installed = '/var/lib/staleproof/npa-installed';
// The mount is taken back only where the manifest's init container left its mark.
// clsact goes with its filters; the pins are the last reference to maps and programs. Only interfaces with our own names have any.
const script = `
ip -o link show | grep -o 'altname eni[0-9a-f]*' | cut -d' ' -f2 | while read -r name; do
  tc qdisc del dev "$name" clsact 2>/dev/null
  ip link property del dev "$name" altname "$name"
done
rm -rf /sys/fs/bpf/globals/aws
rmdir /sys/fs/bpf/globals 2>/dev/null
test -e ${installed}/.mounted-bpffs && umount /sys/fs/bpf
rm -rf ${installed} /var/log/aws-routed-eni
true`;

export async function clearDatapath(context: SubjectContext): Promise<void> {
  for (const node of await context.cluster.nodes())
    await node.run(['sh', '-c', script], { signal: context.signal, timeoutMs: 30_000 });
}
