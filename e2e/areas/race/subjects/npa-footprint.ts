/**
 * What an agent could leave on a node: conntrack sysctls, the BPF file system, filters, interface names, CNI files, folders.
 * Read before it is installed and after it is removed; a difference is an error with both sides in it.
 */
import type { SubjectContext } from '../../../harness/subject/subject.ts';

const script = `
for f in /proc/sys/net/netfilter/*timeout* /proc/sys/net/netfilter/nf_conntrack_max; do echo "sysctl \${f##*/} $(cat $f)"; done
echo "bpffs mounts $(grep -c ' /sys/fs/bpf bpf ' /proc/mounts)"
find /sys/fs/bpf -mindepth 1 2>/dev/null | sed 's/^/pin /'
ip -o link show | grep -o 'altname eni[0-9a-f]*'
tc qdisc show | grep clsact | cut -d' ' -f1-5
for f in /etc/cni/net.d/* /etc/cni/net.d/.before-*; do test -f $f && echo "cni $f $(sha256sum < $f)"; done
ls -d /opt/cni/bin/stand-in-* /var/log/aws-routed-eni /var/lib/staleproof/npa-installed 2>/dev/null | sed 's/^/path /'
true`;

/** Lines by node name. */
export type Footprint = ReadonlyMap<string, readonly string[]>;

export async function readFootprint(context: SubjectContext): Promise<Footprint> {
  const found = new Map<string, readonly string[]>();
  for (const node of await context.cluster.nodes()) {
    const text = await node.run(['sh', '-c', script], { signal: context.signal, timeoutMs: 30_000 });
    found.set(
      node.name,
      text
        .split('\n')
        .filter((line) => line !== '')
        .sort(),
    );
  }
  return found;
}

/** One line for each difference, `worker: + pin /sys/fs/bpf/x` for what is there only afterwards. */
export function footprintDifference(before: Footprint, after: Footprint): readonly string[] {
  return [...before].flatMap(([node, lines]) => {
    const now = after.get(node) ?? [];
    return [
      ...lines.filter((line) => !now.includes(line)).map((line) => `${node}: - ${line}`),
      ...now.filter((line) => !lines.includes(line)).map((line) => `${node}: + ${line}`),
    ];
  });
}
