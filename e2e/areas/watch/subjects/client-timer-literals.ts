/** Plain TCP clients of the timer-server. */
import type { ClientLiteral } from './client-literal.ts';

const timer = {
  speaks: 'timer',
  config: {},
  env: {},
  versions: {},
  remarks: [],
  caughtBy: [],
} as const;
const silent = [
  'watch/tcp-azure-silent-is-survived-or-noticed',
  'watch/tcp-aws-nlb-is-survived-or-noticed',
  'watch/tcp-gcp-silent-is-survived-or-noticed',
  'watch/tcp-blackhole-flow-is-survived-or-noticed',
];

export const timerClients: readonly ClientLiteral[] = [
  {
    ...timer,
    name: 'node-socket+keepalive',
    mode: 'keepalive',
    summary: 'Node socket, SO_KEEPALIVE after 30 s (libuv: ten probes, one a second)',
    program: { kind: 'node', program: 'watch-socket' },
    config: { keepAliveSeconds: 30 },
  },
  {
    ...timer,
    name: 'node-socket',
    mode: 'no-keepalive',
    summary: 'Node socket as it comes: no keepalive',
    program: { kind: 'node', program: 'watch-socket' },
    caughtBy: silent,
  },
  {
    ...timer,
    name: 'python-socket+keepalive',
    mode: 'keepalive',
    summary: 'Python socket, SO_KEEPALIVE after 20 s, three probes',
    program: { kind: 'python', script: 'socket_client.py' },
    config: { keepAliveSeconds: 20, keepAliveProbes: 3 },
  },
  {
    ...timer,
    name: 'python-socket',
    mode: 'no-keepalive',
    summary: 'Python socket as it comes: no keepalive',
    program: { kind: 'python', script: 'socket_client.py' },
    caughtBy: silent,
  },
  {
    ...timer,
    name: 'dotnet-tcpclient@3.1.23+keepalive',
    mode: 'keepalive',
    summary: '.NET Core TcpClient, SO_KEEPALIVE after 20 s, three probes',
    program: { kind: 'binary', part: 'watch-dotnet' },
    config: { mode: 'tcp', keepAliveSeconds: 20 },
    versions: { '.NET Core': '3.1.23' },
  },
  {
    ...timer,
    name: 'dotnet-tcpclient@3.1.23',
    mode: 'no-keepalive',
    summary: '.NET Core TcpClient as it comes: no keepalive',
    program: { kind: 'binary', part: 'watch-dotnet' },
    config: { mode: 'tcp' },
    versions: { '.NET Core': '3.1.23' },
    caughtBy: silent,
  },
  {
    ...timer,
    name: 'curl+keepalive-20s',
    mode: 'keepalive',
    summary: 'curl --keepalive-time 20',
    program: { kind: 'curl', arguments: ['--keepalive-time', '20'] },
  },
  {
    ...timer,
    name: 'curl+no-keepalive',
    mode: 'no-keepalive',
    summary: 'curl --no-keepalive, as in the original experiment',
    program: { kind: 'curl', arguments: ['--no-keepalive'] },
    caughtBy: silent,
  },
];
