/** Kernel features, found by really using each of them in a network namespace that is thrown away. */
import { release } from 'node:os';
import { tryCommand } from '../process/run-command.ts';

export interface KernelFeature {
  /** As specs name it in `needs.kernel`. */
  readonly name: string;
  /** What the suite itself needs it for; areas say their own share. */
  readonly neededBy?: string;
  /** Without it nothing of the suite works. */
  readonly required: boolean;
  /** Shell; fails with a reason on stderr when the kernel lacks it. */
  readonly probe: string;
}

const timeout = '/proc/sys/net/netfilter/nf_conntrack_udp_timeout';

export const kernelFeatures: readonly KernelFeature[] = [
  {
    name: 'conntrack',
    neededBy: 'timeouts of a node that differ from those of its host',
    required: true,
    probe: `test -w ${timeout} && echo 77 > ${timeout} && grep -qx 77 ${timeout}`,
  },
  {
    name: 'nft',
    neededBy: 'the leak guard',
    required: true,
    probe:
      "nft 'add table inet probe; add chain inet probe c { type nat hook output priority 0; }; add rule inet probe c ct state new counter'",
  },
  {
    name: 'iptables',
    neededBy: 'node entrypoint',
    required: true,
    probe:
      'iptables -w 5 -t nat -A OUTPUT -m conntrack --ctstate NEW -m statistic --mode random --probability 0.5 -j RETURN',
  },
  {
    name: 'bpf',
    required: false,
    probe:
      "mount -t bpf bpf /mnt && tc qdisc add dev lo clsact && tc filter add dev lo ingress bpf da bytecode '1,6 0 0 4294967295'",
  },
  {
    name: 'btf',
    required: false,
    probe: 'test -r /sys/kernel/btf/vmlinux',
  },
  {
    name: 'ipvs',
    required: false,
    probe: 'modprobe -q ip_vs 2>/dev/null; test -e /proc/net/ip_vs',
  },
  {
    name: 'netem',
    neededBy: 'subjects on a slow or lossy network; none by itself',
    required: false,
    probe: 'tc qdisc add dev lo root netem delay 1ms',
  },
];

/** Feature → why it is missing; a feature that is there is not listed. `undefined` when nothing could be probed. */
export type MissingFeatures = Readonly<Record<string, string>>;

/** Probes as root here, or in a container of `image` (a kernel behind Docker Desktop is another one). */
export async function missingKernelFeatures(image?: string): Promise<MissingFeatures | undefined> {
  const script = probeScript(kernelFeatures);
  const isolated =
    process.getuid?.() === 0
      ? ['unshare', '--net', '--mount', 'sh', '-c', script]
      : image === undefined
        ? undefined
        : ['docker', 'run', '--rm', '--privileged', '--network=none', '--entrypoint', 'sh', image, '-c', script];
  if (isolated === undefined) return undefined;
  const result = await tryCommand(isolated, { timeout: 60_000 });
  return result.stdout.includes('probed ') ? parseProbes(result.stdout) : undefined;
}

export function probeScript(features: readonly KernelFeature[]): string {
  const one = ({ name, probe }: KernelFeature): string =>
    `if why=$( { ${probe}; } 2>&1 ); then echo 'probed ${name} ok'; else echo "probed ${name} no $(echo "$why" | tr '\\n' ' ')"; fi`;
  return features.map(one).join('\n');
}

export function parseProbes(text: string): MissingFeatures {
  const missing: Record<string, string> = {};
  for (const [, name = '', reason = ''] of text.matchAll(/^probed (\S+) no ?(.*)$/gm)) {
    const why = reason.trim();
    missing[name] = `${why === '' ? 'not there' : why} (kernel ${release()})`;
  }
  return missing;
}

/** The command that a probe needs and this machine lacks, as the shell tells it. */
export function missingTool(reason: string): string | undefined {
  return /(?:^|\s)(\S+): (?:command )?not found/.exec(reason)?.[1];
}
