/** The end-to-end lanes of CI: what is run and how it has to end. An area adds its lanes here and nowhere else. */

export interface Lane {
  readonly name: string;
  /** Arguments of `npm run e2e --`. */
  readonly args: readonly string[];
  /** 0: all as expected. 1: the known-bad subject is caught. */
  readonly exit: 0 | 1;
  /** Specs that must have this verdict, so that an exit code has the right reason. */
  readonly verdicts: Readonly<Record<string, 'pass' | 'fail'>>;
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
      verdicts: { [cycles]: 'pass' },
    },
    {
      name: `udp on ${proxy}+no-cleanup`,
      args: ['-b', `${proxy}+no-cleanup`, '--focus', cycles, '--keep', '--reuse'],
      exit: 1,
      verdicts: { [cycles]: 'fail' },
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
    verdicts: {
      'capture/recreate-same-node-grace-1': 'pass',
      'capture/ip-reused-by-another-pod': 'pass',
      'capture/sandbox-recreated': 'pass',
      'capture/agent-down-during-recreate': 'pass',
      'capture/agent-killed': 'pass',
    },
  },
  {
    name: 'capture on packet-capture+uid-without-sandbox',
    args: [
      ...['--subject', 'packet-capture+uid-without-sandbox', '--focus', 'capture/sandbox-recreated$'],
      ...['--keep', '--reuse'],
    ],
    exit: 1,
    verdicts: { 'capture/sandbox-recreated': 'fail' },
  },
  {
    name: 'capture on packet-capture+host-eth0',
    args: ['--subject', 'packet-capture+host-eth0', '--focus', 'capture/only-the-target$', '--keep', '--reuse'],
    exit: 1,
    verdicts: { 'capture/only-the-target': 'fail' },
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
    verdicts: {
      'watch/azure-reset-is-survived-or-noticed': 'pass',
      'watch/tcp-reset-now-is-survived-or-noticed': 'pass',
    },
  },
  {
    name: 'watch on node-socket',
    args: ['--subject', 'node-socket', '--focus', 'watch/tcp-azure-silent-is-survived-or-noticed$'],
    exit: 1,
    verdicts: { 'watch/tcp-azure-silent-is-survived-or-noticed': 'fail' },
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
    verdicts: { [owned]: 'fail' },
  },
  {
    name: 'race on npa@1.4.3',
    args: ['--subject', 'npa@1.4.3', '--race-mode', 'held', '--focus', owned, '--keep', '--reuse'],
    exit: 0,
    verdicts: { [owned]: 'pass' },
    last: true,
  },
  ...capture,
  ...watch,
];
