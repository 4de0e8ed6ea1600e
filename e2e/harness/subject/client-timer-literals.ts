/** Plain TCP clients of the timer-server. */
import type { ClientLiteral, KnownLoss } from './client-literal.ts';

const timer = {
  speaks: 'timer',
  config: {},
  env: {},
  versions: {},
  remarks: [],
  caughtBy: [],
  knownLosses: [],
} as const;
const silent = [
  'watch/tcp-azure-silent-is-survived-or-noticed',
  'watch/tcp-aws-nlb-is-survived-or-noticed',
  'watch/tcp-gcp-silent-is-survived-or-noticed',
  'watch/tcp-blackhole-flow-is-survived-or-noticed',
];
const healedLate: KnownLoss = {
  profiles: ['blackhole-all'],
  reason: 'the line of the other end comes when the fault is over, and late',
  link: 'https://github.com/kubernetes/kubernetes/issues/87615',
};
const curlProbes: KnownLoss = {
  profiles: ['blackhole-flow', 'blackhole-all'],
  reason: 'before 8.9 curl cannot set the number of probes: nine at 20 s take three minutes to give up',
  link: 'https://curl.se/docs/manpage.html#--keepalive-cnt',
};

export const timerClients: readonly ClientLiteral[] = [
  {
    ...timer,
    name: 'node-socket+keepalive',
    summary: 'Node socket, SO_KEEPALIVE after 30 s (libuv: ten probes, one a second)',
    program: { kind: 'node', program: 'watch-socket' },
    config: { keepAliveSeconds: 30 },
  },
  {
    ...timer,
    name: 'node-socket',
    summary: 'Node socket as it comes: no keepalive',
    program: { kind: 'node', program: 'watch-socket' },
    caughtBy: silent,
    knownLosses: [healedLate],
  },
  {
    ...timer,
    name: 'python-socket+keepalive',
    summary: 'Python socket, SO_KEEPALIVE after 20 s, three probes',
    program: { kind: 'python', script: 'socket_client.py' },
    config: { keepAliveSeconds: 20, keepAliveProbes: 3 },
  },
  {
    ...timer,
    name: 'python-socket',
    summary: 'Python socket as it comes: no keepalive',
    program: { kind: 'python', script: 'socket_client.py' },
    caughtBy: silent,
    knownLosses: [healedLate],
  },
  {
    ...timer,
    name: 'curl+keepalive-20s',
    summary: 'curl --keepalive-time 20',
    program: { kind: 'curl', arguments: ['--keepalive-time', '20'] },
    knownLosses: [curlProbes],
  },
  {
    ...timer,
    name: 'curl+no-keepalive',
    summary: 'curl --no-keepalive, as in the original experiment',
    program: { kind: 'curl', arguments: ['--no-keepalive'] },
    caughtBy: silent,
    knownLosses: [healedLate],
  },
];
