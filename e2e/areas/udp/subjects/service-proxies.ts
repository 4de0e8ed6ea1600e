/** Service proxies by name. Declarations only; each is loaded when chosen. */
import { kpngBackends, type KpngBackend, type KpngDefect, type KpngModel } from './kpng-arguments.ts';
import { readCatalogue } from '../../../harness/subject/release-catalogue.ts';
import type { SubjectEntry } from '../../../harness/subject/subject.ts';

type Mode = 'iptables' | 'nftables' | 'ipvs';

interface Defect {
  readonly summary: string;
  readonly modes: readonly Mode[];
  /** Specs that are meant to notice. */
  readonly caughtBy: readonly string[];
  readonly caughtAs: readonly string[];
}

const rowStays = 'row-removed: row-stays';
const rowTaken = 'row-kept: deleted-by-program';
const stuck = ['flow-settles: nobody-answers', 'flow-settles: wrong-server'];
const leftBehind = ['cycle-followed: nobody-answers', 'cycle-followed: wrong-server'];
const misled = ['flows-move: flows-stay', 'flows-move: nobody-answers', 'not-misdelivered: stranger-answers'];

const both: readonly Mode[] = ['iptables', 'nftables'];

/** Known-bad variants of kube-proxy. */
const defects: Readonly<Record<string, Defect>> = {
  'no-cleanup': {
    summary: 'programs new rules and leaves every conntrack row alone',
    modes: both,
    caughtBy: [
      'udp/address-given-to-another-pod',
      'udp/clusterip-server-cycles',
      'udp/connected-datagrams-follow-endpoints',
      'udp/connected-socket',
      'udp/datagrams-follow-endpoints',
      'udp/dual-stack-both-legs',
      'udp/endpoint-turns-unready',
      'udp/endpoints-in-several-slices',
      'udp/every-port-of-a-service',
      'udp/external-ip-server-cycles',
      'udp/external-traffic-policy-local',
      'udp/full-table-server-cycles',
      'udp/graceful-termination',
      'udp/host-network-client',
      'udp/internal-traffic-policy-local',
      'udp/load-balancer-ip-server-cycles',
      'udp/node-port-ipv6-server-cycles',
      'udp/node-port-server-cycles',
      'udp/rapid-cycles',
      'udp/servers-leave-together',
      'udp/servers-without-flows-leave-too',
      'udp/session-affinity-switch',
      'udp/target-port-change',
      'udp/unready-endpoint-becomes-ready',
      'udp/zero-to-one',
    ],
    caughtAs: [rowStays, ...stuck, ...leftBehind, ...misled],
  },
  'late-cleanup': {
    summary: 'deletes stale rows 14 s after it wrote the rules for their change',
    modes: both,
    // Not by specs without fresh flows: their one bound is for rules and rows together, and 14 s is less than twice that.
    caughtBy: [
      'udp/address-given-to-another-pod',
      'udp/clusterip-server-cycles',
      'udp/connected-socket',
      'udp/dual-stack-both-legs',
      'udp/endpoint-turns-unready',
      'udp/endpoints-in-several-slices',
      'udp/every-port-of-a-service',
      'udp/external-ip-server-cycles',
      'udp/external-traffic-policy-local',
      'udp/graceful-termination',
      'udp/host-network-client',
      'udp/load-balancer-ip-server-cycles',
      'udp/node-port-ipv6-server-cycles',
      'udp/node-port-server-cycles',
      'udp/servers-leave-together',
      'udp/target-port-change',
      'udp/unready-endpoint-becomes-ready',
      'udp/zero-to-one',
    ],
    caughtAs: [rowStays, 'row-removed: removed-late'],
  },
  'wide-cleanup': {
    summary: 'flushes all rows of a Service as soon as one of them is stale',
    modes: both,
    caughtBy: ['udp/other-backends-flows-stay'],
    caughtAs: [rowTaken],
  },
  'port-only-cleanup': {
    summary: 'flushes every row with the same destination port as a stale one, whatever its address',
    modes: both,
    caughtBy: ['udp/unrelated-flow-same-port'],
    caughtAs: [rowTaken],
  },
  'any-protocol-cleanup': {
    summary: 'flushes TCP rows too when a UDP row to the same address and port is stale',
    modes: both,
    caughtBy: ['udp/tcp-connections-stay'],
    caughtAs: ['tcp-rows-kept: deleted-by-program'],
  },
  'early-cleanup': {
    summary: 'cleans up a second before the new rules are in place, and never after',
    modes: both,
    // Not by one change alone: the sync that follows it may clean up what the first one left.
    caughtBy: ['udp/rapid-cycles'],
    caughtAs: leftBehind,
  },
  'terminating-cleanup': {
    summary: 'takes rows of terminating endpoints for stale while they still serve',
    modes: both,
    caughtBy: ['udp/graceful-termination'],
    caughtAs: [rowTaken],
  },
  'no-ipv6-cleanup': {
    summary: 'forgets the IPv6 table',
    modes: both,
    caughtBy: ['udp/dual-stack-both-legs', 'udp/node-port-ipv6-server-cycles'],
    caughtAs: [rowStays],
  },
  'no-node-port-cleanup': {
    summary: 'forgets rows of node ports',
    modes: both,
    caughtBy: ['udp/node-port-server-cycles', 'udp/external-traffic-policy-local', 'udp/target-port-change'],
    caughtAs: [rowStays],
  },
  'first-port-only': {
    summary: 'cleans up after one UDP port of a Service, the first by name',
    modes: both,
    caughtBy: ['udp/every-port-of-a-service'],
    caughtAs: [rowStays],
  },
  'one-name-a-port': {
    summary: 'takes Service ports that lead to one port of the servers for one',
    modes: both,
    caughtBy: ['udp/every-port-of-a-service'],
    caughtAs: [rowStays],
  },
  'first-slice-only': {
    summary: 'cleans up after endpoints of the first EndpointSlice of a Service only',
    modes: both,
    caughtBy: ['udp/endpoints-in-several-slices'],
    caughtAs: [rowStays],
  },
  'one-of-two': {
    summary: 'of several endpoints that leave with one change, cleans up after one',
    modes: both,
    caughtBy: ['udp/servers-leave-together', 'udp/endpoints-in-several-slices'],
    caughtAs: [rowStays],
  },
  'unready-kept': {
    summary: 'leaves rows of endpoints that turned unready and live',
    modes: both,
    caughtBy: ['udp/endpoint-turns-unready'],
    caughtAs: [rowStays],
  },
  'stops-at-first-error': {
    summary: 'ends the clean-up of a change at the first endpoint without a row',
    modes: both,
    caughtBy: ['udp/servers-without-flows-leave-too'],
    caughtAs: [rowStays],
  },
  'flush-on-start': {
    summary: 'flushes all rows of all Services when it starts',
    modes: both,
    caughtBy: ['udp/proxy-restart-keeps-flows'],
    caughtAs: [rowTaken],
  },
  'no-invalid-drop': {
    summary: 'does not drop packets that conntrack calls INVALID',
    // In nftables mode kind switches tcp_be_liberal on, and nothing is INVALID.
    modes: ['iptables'],
    caughtBy: ['udp/invalid-packets-keep-tcp'],
    caughtAs: ['connections-alive: broken'],
  },
};

function kubeProxyEntry(mode: Mode, defect?: string): SubjectEntry {
  const summary = defect === undefined ? `Kubernetes' own proxy in ${mode} mode` : (defects[defect]?.summary ?? '');
  return {
    name: `kube-proxy-${mode}${defect === undefined ? '' : `+${defect}`}`,
    kind: 'service-proxy',
    summary,
    caughtBy: defect === undefined ? [] : (defects[defect]?.caughtBy ?? []),
    ...(defect !== undefined && defects[defect] !== undefined && { caughtAs: defects[defect].caughtAs }),
    load: async () => (await import('./kube-proxy.ts')).kubeProxy(mode, { defect }),
  };
}

/**
 * kube-proxy without a defect that it has: else nobody would know whether the specs that find the defect can be green. One mode is
 * enough where both clean up by the same code.
 */
function mendedEntry(mode: Mode, mend: string, told: { readonly summary: string; readonly passes: readonly string[] }) {
  return {
    name: `kube-proxy-${mode}+${mend}`,
    kind: 'service-proxy' as const,
    summary: `kube-proxy in ${mode} mode that ${told.summary}`,
    caughtBy: [],
    passes: told.passes,
    load: async () => (await import('./kube-proxy.ts')).kubeProxy(mode, { defect: mend }),
  };
}

/** Releases by the catalogue; which of them has which defect is measured, so none is called good or bad here. */
function releaseEntries(): readonly SubjectEntry[] {
  const { releases } = readCatalogue(new URL('kube-proxy-releases.yaml', import.meta.url));
  return releases.flatMap((release) =>
    release.modes.map((mode) => ({
      name: `kube-proxy-${mode}@${release.version}`,
      kind: 'service-proxy' as const,
      summary: `release ${release.version}, ${release.refused.length === 0 ? `built from its Go module, in ${mode} mode` : `cannot be built: the module registry refuses ${release.refused.join(', ')}`}`,
      caughtBy: [],
      ...(release.refused.length === 0 ? {} : { refused: release.refused }),
      load: async () => (await import('./kube-proxy.ts')).kubeProxy(mode as Mode, { release }),
    })),
  );
}

function kpngEntry(backend: KpngBackend, model: KpngModel, defect?: KpngDefect): SubjectEntry {
  const processes = model === 'single' ? 'one process a node' : 'two processes a node';
  return {
    name: `kpng-${backend}${model === 'split' ? '-split' : ''}${defect === undefined ? '' : `+${defect}`}`,
    kind: 'service-proxy',
    summary:
      defect === undefined
        ? `kpng, ${backend} backend, ${processes}; needs --kpng-image`
        : 'kpng whose image lacks the conntrack tool, which it only logs',
    caughtBy:
      defect === undefined
        ? []
        : ['udp/clusterip-server-cycles', 'udp/datagrams-follow-endpoints', 'udp/node-port-server-cycles'],
    ...(defect !== undefined && { caughtAs: [rowStays, ...stuck] }),
    load: async () => (await import('./kpng.ts')).kpng(backend, model, defect),
  };
}

export const serviceProxies: readonly SubjectEntry[] = [
  kubeProxyEntry('iptables'),
  kubeProxyEntry('nftables'),
  kubeProxyEntry('ipvs'),
  {
    name: 'service-proxy@installed',
    kind: 'service-proxy',
    summary: 'the proxy that is there already, whoever it is; for --provider existing',
    caughtBy: [],
    load: async () => (await import('./installed-proxy.ts')).installedProxy(),
  },
  ...kpngBackends.flatMap((backend) => [kpngEntry(backend, 'single'), kpngEntry(backend, 'split')]),
  mendedEntry('iptables', 'own-node-ports', {
    summary: 'takes for a node port’s only rows that go to the node itself',
    passes: ['udp/node-port-healthy-flow-stays', 'udp/unrelated-flow-same-node-port'],
  }),
  ...(['iptables', 'nftables'] as const).map((mode) =>
    mendedEntry(mode, 'retry-cleans', {
      summary: 'still cleans up after a change whose rules it could not write at first',
      passes: ['udp/rules-written-at-second-try'],
    }),
  ),
  ...Object.entries(defects).flatMap(([defect, { modes }]) => modes.map((mode) => kubeProxyEntry(mode, defect))),
  ...releaseEntries(),
  kpngEntry('nft', 'single', 'no-conntrack-binary'),
  kpngEntry('iptables', 'single', 'no-conntrack-binary'),
];
