/**
 * How each network policy agent that we judge is made from its Go module: its release in the catalogue, and for a variant the edits.
 * No upstream text is kept here but the anchors; a variant's own code is in npa-overlay/.
 */
import { readCatalogue, type Release } from '../../e2e/harness/subject/release-catalogue.ts';
import type { SourceEdit } from './source-edit.ts';

export const npaModule = 'github.com/aws/aws-network-policy-agent';

export interface NpaVariant {
  /** Releases that it can be made of: in which the anchors are found. */
  readonly of: readonly string[];
  readonly edits: readonly SourceEdit[];
  /** Our Go files by their path inside the module; values name files of npa-overlay/. */
  readonly newFiles?: Readonly<Record<string, string>>;
}

const conntrack = 'pkg/ebpf/conntrack/conntrack_client.go';
const client = 'pkg/ebpf/bpf_client.go';
const tcPrograms = ['tc.v4ingress', 'tc.v4egress', 'tc.v6ingress', 'tc.v6egress'];
const inKernelV4 = '_, ok := kernelConntrackV4Cache[newKey]';
const inKernelV6 = '_, ok := kernelConntrackV6Cache[lookupKey]';

const MENDED = ['1.4.3', '1.5.0'];

export const npaVariants: Readonly<Record<string, NpaVariant>> = {
  'consecutive-miss': {
    of: ['1.4.1'],
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
    of: MENDED,
    edits: [inKernelV4, inKernelV6].map((anchor) => ({ file: conntrack, anchor, become: ['$&\nok = true'] })),
  },
  'no-ipv6-cleanup': { of: MENDED, edits: [{ file: conntrack, anchor: inKernelV6, become: ['$&\nok = true'] }] },
  'ignore-kernel-table': {
    of: MENDED,
    edits: [inKernelV4, inKernelV6].map((anchor) => ({ file: conntrack, anchor, become: ['$&\nok = false'] })),
  },
  'ignore-protocol': {
    of: MENDED,
    edits: [
      { file: conntrack, anchor: '.Protocol = conntrackFlow.Forward.Protocol', become: '.Protocol = 0' },
      { file: conntrack, anchor: '.Protocol = localConntrackEntry.Protocol', become: ['.Protocol = 0'] },
      { file: conntrack, anchor: 'lookupKey.Ifindex = 0', become: ['lookupKey.Protocol = 0\n$&'] },
    ],
  },
  'wrong-clock': {
    of: MENDED,
    newFiles: { 'pkg/ebpf/conntrack/wall_clock.go': 'wall_clock.go' },
    edits: [{ file: conntrack, anchor: 'gcStart, err := utils.KtimeGetNs()', become: 'gcStart, err := wallClockNs()' }],
  },
  'never-deny': {
    of: MENDED,
    edits: tcPrograms.map((name) => ({
      file: `pkg/ebpf/c/${name}.bpf.c`,
      anchor: 'return BPF_DROP;',
      become: 'return BPF_OK;',
    })),
  },
  'forget-on-start': {
    of: MENDED,
    edits: [
      {
        file: client,
        anchor: 'log().Info("Probe validation Done")',
        become: ['ingressUpdateRequired, egressUpdateRequired, eventsUpdateRequired = true, true, true\n$&'],
      },
    ],
  },
  'keep-on-start': {
    of: MENDED,
    edits: [
      {
        file: client,
        anchor: 'log().Info("Probe validation Done")',
        become: ['ingressUpdateRequired, egressUpdateRequired, eventsUpdateRequired = false, false, false\n$&'],
      },
    ],
  },
  'refuse-when-full': {
    of: MENDED,
    edits: ['v4events', 'v6events'].map((name) => ({
      file: `pkg/ebpf/c/${name}.bpf.c`,
      anchor: 'BPF_MAP_TYPE_LRU_HASH',
      become: 'BPF_MAP_TYPE_HASH',
    })),
  },
  'new-connections-only': {
    of: MENDED,
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
  // As on a kernel before 6.0, or without type information: the agent takes the form of its programs that calls no function of it.
  'without-kernel-functions': {
    of: ['1.5.0'],
    edits: [
      {
        file: client,
        anchor: 'var checkKfuncs = goebpfbtf.CheckKfuncs',
        become: [
          'var checkKfuncs = func(names []string) error {\n\t_ = goebpfbtf.CheckKfuncs\n\treturn errors.New("left out on purpose")\n}',
        ],
      },
    ],
  },
  'spares-answered-rows': {
    of: ['1.5.0'],
    edits: [
      {
        file: 'pkg/ebpf/c/ct_deny.h',
        anchor: 'bpf_ct_change_timeout(ct, NPA_DENIED_CT_TIMEOUT_MS);',
        // Bit 1 of a row's status: it was answered. Read at the running kernel's own offset.
        become: ['if (!(ct->status & 2)) $&'],
      },
    ],
  },
  'counts-one-more': {
    of: ['1.5.0'],
    edits: [
      {
        file: conntrack,
        anchor: 'deleted %d stale entries out of %d tracked", ',
        become: ['$&1+', '$&1+'],
      },
    ],
  },
  'no-second-try': {
    of: ['1.5.0'],
    edits: [
      {
        file: 'controllers/policyendpoints_controller.go',
        anchor: 'return ctrl.Result{}, err',
        become: ['return ctrl.Result{}, nil'],
      },
    ],
  },
  'slow-deletes': {
    of: ['1.4.1'],
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
  readonly release: Release;
  readonly variant?: string;
}

const catalogue = new URL('../../e2e/areas/race/subjects/npa-releases.yaml', import.meta.url);

/** `npa@1.4.1+no-cleanup` → recipe. Throws for a name that no recipe makes. */
export function npaRecipe(subject: string): NpaRecipe {
  const { releases } = readCatalogue(catalogue);
  const match = /^npa@([\d.]+)(?:\+([a-z0-9-]+))?$/.exec(subject);
  const variant = match?.[2];
  const release = releases.find(({ version }) => version === match?.[1]);
  if (release === undefined || (variant !== undefined && npaVariants[variant]?.of.includes(release.version) !== true))
    throw new Error(
      `no recipe makes ${subject}; versions ${releases.map(({ version }) => version).join(', ')}, variants ${variantNames().join(', ')}`,
    );
  return variant === undefined ? { release } : { release, variant };
}

function variantNames(): readonly string[] {
  return Object.entries(npaVariants).flatMap(([name, { of }]) => of.map((version) => `npa@${version}+${name}`));
}
