/**
 * How each network policy agent that we judge is made from its Go module: version, replacements, and for a variant the edits.
 * No upstream text is kept here but the anchors; a variant's own code is in npa-overlay/.
 */
import type { SourceEdit } from './source-edit.ts';

export const npaModule = 'github.com/aws/aws-network-policy-agent';
export type NpaVersion = 'v1.4.1' | 'v1.4.3';

export interface NpaVariant {
  readonly of: NpaVersion;
  readonly edits: readonly SourceEdit[];
  /** Our Go files by their path inside the module; values name files of npa-overlay/. */
  readonly newFiles?: Readonly<Record<string, string>>;
}

const conntrack = 'pkg/ebpf/conntrack/conntrack_client.go';
const client = 'pkg/ebpf/bpf_client.go';
const tcPrograms = ['tc.v4ingress', 'tc.v4egress', 'tc.v6ingress', 'tc.v6egress'];
const inKernelV4 = '_, ok := kernelConntrackV4Cache[newKey]';
const inKernelV6 = '_, ok := kernelConntrackV6Cache[lookupKey]';

/** Requirements that a version needs replaced to build from what the module proxies serve. */
export const npaReplacements: Readonly<Record<NpaVersion, Readonly<Record<string, string>>>> = {
  'v1.4.1': {},
  // It requires ebpf-sdk v1.0.17 for two counters only; v1.0.15 is the newest one that proxies hold.
  'v1.4.3': {
    'github.com/aws/aws-ebpf-sdk-go': 'github.com/aws/aws-ebpf-sdk-go v1.0.15',
    'github.com/aws/aws-ebpf-sdk-go/pkg/metrics': './ebpf-sdk-metrics',
  },
};

export const npaVariants: Readonly<Record<string, NpaVariant>> = {
  'consecutive-miss': {
    of: 'v1.4.1',
    newFiles: { 'pkg/ebpf/conntrack/consecutive_miss.go': 'consecutive_miss.go' },
    edits: [
      {
        file: conntrack,
        anchor: 'localConntrackV6Cache map[utils.ConntrackKeyV6]bool\n}',
        become: [
          'localConntrackV6Cache map[utils.ConntrackKeyV6]bool\n\tmissesV4 missTracker[utils.ConntrackKey]\n\tmissesV6 missTracker[utils.ConntrackKeyV6]\n}',
        ],
      },
      {
        file: conntrack,
        anchor: 'expiredFlow := localConntrackEntry',
        become: [4, 6].map((v) => `if !c.missesV${v}.missedTwice(localConntrackEntry) {\ncontinue\n}\n$&`),
      },
      {
        file: conntrack,
        anchor: '"Conntrack cleanup Delete - %s"',
        become: '"Conntrack cleanup Delete (consecutive miss) - %s"',
      },
      {
        file: conntrack,
        anchor: 'log().Info("Done cleanup of conntrack map")',
        become: [4, 6].map((v) => `c.missesV${v}.endPass()\n$&`),
      },
    ],
  },
  'no-cleanup': {
    of: 'v1.4.3',
    edits: [inKernelV4, inKernelV6].map((anchor) => ({ file: conntrack, anchor, become: ['$&\nok = true'] })),
  },
  'no-ipv6-cleanup': { of: 'v1.4.3', edits: [{ file: conntrack, anchor: inKernelV6, become: ['$&\nok = true'] }] },
  'ignore-kernel-table': {
    of: 'v1.4.3',
    edits: [inKernelV4, inKernelV6].map((anchor) => ({ file: conntrack, anchor, become: ['$&\nok = false'] })),
  },
  'ignore-protocol': {
    of: 'v1.4.3',
    edits: [
      { file: conntrack, anchor: '.Protocol = conntrackFlow.Forward.Protocol', become: '.Protocol = 0' },
      { file: conntrack, anchor: '.Protocol = localConntrackEntry.Protocol', become: ['.Protocol = 0'] },
      { file: conntrack, anchor: 'lookupKey.Ifindex = 0', become: ['lookupKey.Protocol = 0\n$&'] },
    ],
  },
  'wrong-clock': {
    of: 'v1.4.3',
    newFiles: { 'pkg/ebpf/conntrack/wall_clock.go': 'wall_clock.go' },
    edits: [{ file: conntrack, anchor: 'gcStart, err := utils.KtimeGetNs()', become: 'gcStart, err := wallClockNs()' }],
  },
  'never-deny': {
    of: 'v1.4.3',
    edits: tcPrograms.map((name) => ({
      file: `pkg/ebpf/c/${name}.bpf.c`,
      anchor: 'return BPF_DROP;',
      become: 'return BPF_OK;',
    })),
  },
  'forget-on-start': {
    of: 'v1.4.3',
    edits: [
      {
        file: client,
        anchor: 'log().Info("Probe validation Done")',
        become: ['ingressUpdateRequired, egressUpdateRequired, eventsUpdateRequired = true, true, true\n$&'],
      },
    ],
  },
  'keep-on-start': {
    of: 'v1.4.3',
    edits: [
      {
        file: client,
        anchor: 'log().Info("Probe validation Done")',
        become: ['ingressUpdateRequired, egressUpdateRequired, eventsUpdateRequired = false, false, false\n$&'],
      },
    ],
  },
  'refuse-when-full': {
    of: 'v1.4.3',
    edits: ['v4events', 'v6events'].map((name) => ({
      file: `pkg/ebpf/c/${name}.bpf.c`,
      anchor: 'BPF_MAP_TYPE_LRU_HASH',
      become: 'BPF_MAP_TYPE_HASH',
    })),
  },
  'new-connections-only': {
    of: 'v1.4.3',
    edits: [
      { version: 4, protocol: 'ip->protocol' },
      { version: 6, protocol: 'ip->nexthdr' },
    ].map(({ version, protocol }) => ({
      file: `pkg/ebpf/c/tc.v${version}egress.bpf.c`,
      anchor: 'return evaluateFlow(',
      become: [
        `if (${protocol} == IPPROTO_TCP && (void *)(l4_tcp_hdr + 1) <= data_end && !l4_tcp_hdr->syn) return BPF_OK;\n$&`,
      ],
    })),
  },
  'slow-deletes': {
    of: 'v1.4.1',
    newFiles: { 'pkg/ebpf/conntrack/slow_delete.go': 'slow_delete.go' },
    edits: [
      {
        file: conntrack,
        anchor: 'c.conntrackMap.DeleteMapEntry(',
        become: ['pauseBeforeDelete()\n$&', 'pauseBeforeDelete()\n$&'],
      },
    ],
  },
};

export interface NpaRecipe {
  readonly version: NpaVersion;
  readonly variant?: string;
}

/** `npa@1.4.1+no-cleanup` → recipe. Throws for a name that no recipe makes. */
export function npaRecipe(subject: string): NpaRecipe {
  const match = /^npa@([\d.]+)(?:\+([a-z0-9-]+))?$/.exec(subject);
  const version = `v${match?.[1] ?? ''}`;
  const variant = match?.[2];
  const known = Object.keys(npaReplacements) as NpaVersion[];
  const found = known.find((name) => name === version);
  if (found === undefined || (variant !== undefined && npaVariants[variant]?.of !== found))
    throw new Error(`no recipe makes ${subject}; versions ${known.join(', ')}, variants ${variantNames().join(', ')}`);
  return variant === undefined ? { version: found } : { version: found, variant };
}

function variantNames(): readonly string[] {
  return Object.entries(npaVariants).map(([name, { of }]) => `npa@${of.slice(1)}+${name}`);
}
