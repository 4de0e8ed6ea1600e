/** What kpng's backends want from a node, and what they leave on it. */
import type { KpngBackend } from './kpng-arguments.ts';
import type { SubjectContext } from '../../../harness/subject/subject.ts';

/** An nft transaction with each expression that the backend writes; checked, never applied. */
const nftProbe = `table ip staleproof_probe {
  chain c { type nat hook prerouting priority dstnat; policy accept;
    fib daddr type local numgen random mod 2 vmap { 0 : drop, 1 : accept }
  }
}`;

const probes: Readonly<
  Record<KpngBackend, { readonly argv: readonly string[]; readonly stdin?: string; readonly what: string }>
> = {
  nft: {
    argv: ['nft', '-c', '-f', '-'],
    stdin: nftProbe,
    what: 'nft with numgen and fib (modules nft_numgen, nft_fib_inet)',
  },
  iptables: { argv: ['iptables', '-t', 'nat', '-S', 'PREROUTING'], what: 'iptables with a nat table' },
  ipvs: { argv: ['test', '-e', '/proc/net/ip_vs'], what: 'kernel feature ipvs (/proc/net/ip_vs)' },
  ebpf: {
    argv: ['grep', '-q', ' cgroup2 ', '/proc/1/mounts'],
    what: 'a mount of cgroup2 for its BPF programs',
  },
  userspacelin: { argv: ['iptables', '-t', 'nat', '-S', 'PREROUTING'], what: 'iptables with a nat table' },
};

/** One line for each feature that is missing, with the nodes that miss it. */
export async function wantedFeatures(context: SubjectContext, backend: KpngBackend): Promise<readonly string[]> {
  const { cluster, signal } = context;
  const ipv4Only = backend === 'ebpf' || backend === 'userspacelin';
  const family = ipv4Only && cluster.familyMode !== 'ipv4' ? [`kpng's ${backend} backend knows IPv4 only`] : [];
  const { argv, stdin, what } = probes[backend];
  const nodes = await cluster.nodes();
  const results = await Promise.all(
    nodes.map((node) => node.exec(argv, { signal, timeoutMs: 20_000, ...(stdin === undefined ? {} : { stdin }) })),
  );
  const lacking = nodes.flatMap((node, index) => {
    const result = results[index];
    return result?.code === 0
      ? []
      : [`${node.name}${result?.stderr ? ` (${result.stderr.trim().split('\n')[0] ?? ''})` : ''}`];
  });
  return lacking.length === 0 ? family : [...family, `${what}: missing on ${lacking.join(', ')}`];
}

/** kpng leaves its tables and chains when its pods go; the next proxy would meet them. */
export async function removeLeftovers(context: SubjectContext): Promise<void> {
  const tables = ['ip k8s_svc', 'ip6 k8s_svc6'].map((table) => `nft delete table ${table} 2>/dev/null`);
  const chains = ['iptables', 'ip6tables'].map(
    (tool) => `${tool}-save 2>/dev/null | grep -v KUBE- | ${tool}-restore 2>/dev/null`,
  );
  const script = `${[...tables, ...chains].join('; ')}; true`;
  for (const node of await context.cluster.nodes()) await node.exec(['sh', '-c', script], { signal: context.signal });
}
