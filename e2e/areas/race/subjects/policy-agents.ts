/** Network policy agents by name. Declarations only; each is loaded when chosen. */
import type { SubjectEntry } from '../../../harness/subject/subject.ts';

const raceSpecs = [
  'race/client-owned-flows-survive-cleanup',
  'race/server-owned-flows-survive-cleanup',
  'race/service-flows-survive-cleanup',
  'race/udp-flows-survive-cleanup',
  'race/second-pass-cuts-nothing',
];

const cut = ['live-flow-kept: cut-by-delete'];

export const policyAgents: readonly SubjectEntry[] = [
  npa(
    'npa@1.4.3',
    'aws-network-policy-agent v1.4.3: keeps an entry that the datapath has touched since the snapshot',
    [],
  ),
  npa(
    'npa@1.5.0',
    'aws-network-policy-agent v1.5.0: as 1.4.3, and takes rows of denied connections out of the kernel table',
    [],
  ),
  npa(
    'npa@1.4.1',
    'aws-network-policy-agent v1.4.1: deletes what its snapshot of the kernel table lacked',
    raceSpecs,
    cut,
  ),
  npa(
    'npa@1.4.1+consecutive-miss',
    'v1.4.1 that deletes at the second miss in a row only',
    ['race/second-pass-cuts-nothing'],
    cut,
  ),
  npa('npa@1.4.3+wrong-clock', 'v1.4.3 that compares last-seen with the wall clock', raceSpecs, cut),
  npa(
    'npa@1.4.3+no-cleanup',
    'v1.4.3 whose cleanup passes delete nothing',
    ['race/stale-entries-are-removed', 'race/protocols-are-kept-apart', 'race/port-churn-does-not-fill-the-map'],
    ['stale-entries-gone: entries-stay', 'protocols-apart: stale-entries-stay', 'map-bounded: fills-up'],
  ),
  {
    ...npa(
      'npa@1.4.3+no-ipv6-cleanup',
      'v1.4.3 whose cleanup passes delete nothing on an IPv6 cluster',
      ['race/stale-entries-are-removed'],
      ['stale-entries-gone: entries-stay'],
    ),
    family: 'ipv6',
  },
  npa(
    'npa@1.4.3+ignore-protocol',
    'v1.4.3 whose cleanup compares addresses and ports, not the protocol',
    ['race/protocols-are-kept-apart'],
    ['protocols-apart: stale-entries-stay'],
  ),
  npa(
    'npa@1.4.3+ignore-kernel-table',
    'v1.4.3 that deletes every idle entry, whatever the kernel tracks',
    ['race/idle-flow-is-kept'],
    ['idle-entry-kept: entries-deleted', 'idle-entry-kept: flows-cut'],
  ),
  npa(
    'npa@1.4.3+never-deny',
    'v1.4.3 whose filters let through what policy forbids',
    ['race/forbidden-flow-stays-denied'],
    ['forbidden-denied: passes'],
  ),
  npa(
    'npa@1.4.3+forget-on-start',
    'v1.4.3 that loads programs and maps anew at every start',
    ['race/flows-survive-agent-restart', 'race/flows-survive-agent-kill'],
    ['idle-flows-survive: cut-until-client-sends', 'idle-flows-survive: cut-for-good'],
  ),
  npa(
    'npa@1.4.3+new-connections-only',
    'v1.4.3 that tracks a TCP flow from its SYN on or not at all',
    ['race/cut-flow-heals'],
    ['cut-flow-heals: stays-cut'],
  ),
  npa(
    'npa@1.4.1+slow-deletes',
    'v1.4.1 that takes a millisecond for each delete, so that chance always meets one',
    ['race/natural-race-cuts-nothing'],
    ['chance-cuts-nothing: cut-by-delete'],
  ),
  npa(
    'npa@1.5.0+without-kernel-functions',
    'v1.5.0 as on a kernel that lacks the functions by which it shortens the rows of denied connections',
    ['race/denied-connections-leave-the-kernel-table'],
    ['denied-rows-go: rows-stay'],
  ),
  npa(
    'npa@1.5.0+no-second-try',
    'v1.5.0 whose failed reconciliations are not tried again',
    ['race/failed-load-is-tried-again'],
    ['failed-load-tried-again: stays-open'],
  ),
  npa(
    'npa@1.5.0+counts-one-more',
    'v1.5.0 whose passes count one delete too many',
    ['race/counted-deletes-are-true'],
    ['counted-deletes-true: counts-more'],
  ),
  {
    ...npa('npa@1.5.0+spares-answered-rows', 'v1.5.0 that shortens no row which was answered', []),
    passes: ['race/denied-syn-spares-established-connection'],
  },
  {
    ...npa('npa@1.4.3+keep-on-start', 'v1.4.3 that keeps programs and maps whatever version left them', []),
    passes: ['race/flows-survive-agent-upgrade'],
  },
  {
    ...npa('npa@1.4.3+refuse-when-full', 'v1.4.3 whose full map takes no new flow instead of pushing out old ones', []),
    passes: ['race/flows-survive-a-full-map'],
  },
  {
    ...npa('npa@1.4.3+cni-reports', 'v1.4.3 beside a CNI plugin that reports pods to it, as the VPC CNI does', []),
    passes: ['race/recreated-pod-is-enforced'],
  },
  {
    ...npa('npa@1.5.0+cni-reports', 'v1.5.0 beside a CNI plugin that reports pods to it, as the VPC CNI does', []),
    passes: ['race/recreated-pod-is-enforced', 'race/gone-pod-leaves-no-programs'],
  },
  {
    ...npa('npa@1.4.3+without-sys-admin', 'v1.4.3 with NET_ADMIN, BPF and PERFMON: enforces, and never cleans', []),
    undecided: ['race/client-owned-flows-survive-cleanup', 'race/stale-entries-are-removed'],
  },
  {
    name: 'npa@installed',
    kind: 'policy-agent',
    summary: 'the agent that the cluster already runs (see --npa-namespace, --npa-pod-label); nothing is installed',
    caughtBy: [],
    load: async () => (await import('./npa-installed.ts')).npaInstalled,
  },
];

function npa(
  name: string,
  summary: string,
  caughtBy: readonly string[],
  caughtAs: readonly string[] = [],
): SubjectEntry {
  return {
    name,
    kind: 'policy-agent',
    summary,
    caughtBy,
    ...(caughtBy.length > 0 && { caughtAs }),
    load: async () => (await import('./npa.ts')).npa(name),
  };
}
