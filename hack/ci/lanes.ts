/** The end-to-end lanes of CI: what is run and how it has to end. An area adds its lanes here and nowhere else. */

export interface Lane {
  readonly name: string;
  /** Arguments of `npm run e2e --`. */
  readonly args: readonly string[];
  /** 0: all as expected. 1: the known-bad subject is caught. */
  readonly exit: 0 | 1;
  /** Specs that must pass. */
  readonly passes?: readonly string[];
  /** Specs that must fail, and words of the judgement that has to be the reason; no spec that stands nowhere here may fail. */
  readonly fails?: Readonly<Record<string, string>>;
  /** Specs that a chance decides: they may fail, by these words. */
  readonly mayFail?: Readonly<Record<string, string>>;
  /** Its clusters go before the next lane begins: two cores carry one cluster well. */
  readonly last?: true;
}

const cycles = 'udp/clusterip-server-cycles';
const owned = 'race/client-owned-flows-survive-cleanup';

function udp(proxy: string): readonly Lane[] {
  return [
    {
      name: `udp on ${proxy}`,
      args: ['-b', proxy, '--tags', 'udp && !slow', '--keep', '--reuse'],
      exit: 0,
      passes: [cycles],
    },
    {
      name: `udp on ${proxy}+no-cleanup`,
      args: ['-b', `${proxy}+no-cleanup`, '--focus', cycles, '--keep', '--reuse'],
      exit: 1,
      fails: { [cycles]: 'the row to leave' },
      last: true,
    },
  ];
}

const capture: readonly Lane[] = [
  {
    name: 'capture on packet-capture',
    args: [
      '--focus',
      'capture/(recreate-same-node-grace-1|ip-reused-by-another-pod|sandbox-recreated|agent-down-during-recreate|agent-killed)$',
      ...['--keep', '--reuse'],
    ],
    exit: 0,
    passes: [
      'capture/recreate-same-node-grace-1',
      'capture/ip-reused-by-another-pod',
      'capture/sandbox-recreated',
      'capture/agent-down-during-recreate',
      'capture/agent-killed',
    ],
  },
  {
    name: 'capture on packet-capture+uid-without-sandbox',
    args: [
      ...['--subject', 'packet-capture+uid-without-sandbox', '--focus', 'capture/sandbox-recreated$'],
      ...['--keep', '--reuse'],
    ],
    exit: 1,
    fails: { 'capture/sandbox-recreated': 'datagrams that the sink received' },
  },
  {
    name: 'capture on packet-capture+host-eth0',
    args: ['--subject', 'packet-capture+host-eth0', '--focus', 'capture/only-the-target$', '--keep', '--reuse'],
    exit: 1,
    fails: { 'capture/only-the-target': 'every frame to be its instance' },
    last: true,
  },
];

/** Clients that are built in seconds, or not at all; the others are for a run of the whole area. */
const watchClients = [
  ...['client-go@0.37.2', 'client-node@1.4.0', 'client-node@1.4.0+informer', 'client-node@2.0.1'],
  ...['python-client@37.0.2', 'python-client@37.0.2+keepalive', 'kubectl'],
  ...['node-socket+keepalive', 'python-socket+keepalive', 'curl+keepalive-20s'],
];

const watch: readonly Lane[] = [
  {
    name: 'watch, fast',
    args: ['--tags', 'watch && fast', ...watchClients.flatMap((name) => ['--subject', name]), '--keep', '--reuse'],
    exit: 0,
    passes: ['watch/azure-reset-is-survived-or-noticed', 'watch/tcp-reset-now-is-survived-or-noticed'],
  },
  {
    name: 'watch on node-socket',
    args: ['--subject', 'node-socket', '--focus', 'watch/tcp-azure-silent-is-survived-or-noticed$'],
    exit: 1,
    fails: { 'watch/tcp-azure-silent-is-survived-or-noticed': 'to survive, or its loss to be noticed within' },
    last: true,
  },
];

export const lanes: readonly Lane[] = [
  ...udp('kube-proxy-iptables'),
  ...udp('kube-proxy-nftables'),
  {
    name: 'race on npa@1.4.1',
    args: ['--subject', 'npa@1.4.1', '--race-mode', 'held', '--focus', owned, '--keep', '--reuse'],
    exit: 1,
    fails: { [owned]: 'to lose its conntrack entry to a cleanup pass' },
  },
  {
    name: 'race on npa@1.4.3',
    args: ['--subject', 'npa@1.4.3', '--race-mode', 'held', '--focus', owned, '--keep', '--reuse'],
    exit: 0,
    passes: [owned],
    last: true,
  },
  ...capture,
  ...watch,
];
