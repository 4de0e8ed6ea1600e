/** Clients of the Kubernetes API. */
import type { ClientLiteral, KnownLoss } from './client-literal.ts';

const api = { speaks: 'api', config: {}, env: {}, versions: {}, remarks: [], caughtBy: [], knownLosses: [] } as const;
const silent = [
  'watch/azure-silent-is-survived-or-noticed',
  'watch/aws-nlb-is-survived-or-noticed',
  'watch/gcp-silent-is-survived-or-noticed',
  'watch/blackhole-flow-is-survived-or-noticed',
  'watch/blackhole-all-is-survived-or-noticed',
];
const clientNode = { kind: 'node', program: 'watch-client-node' } as const;
const clientGo = { kind: 'binary', part: 'watch-client-go' } as const;
const python = { kind: 'python', script: 'kubernetes_client.py', venvPart: 'watch-python' } as const;
const nodeVersions = { '@kubernetes/client-node': '1.4.0' };
const goVersions = { 'k8s.io/client-go': 'v0.37.2' };
const pythonVersions = { kubernetes: '37.0.2' };
const stubbed = 'keepalive defeated: Socket.prototype.setKeepAlive does nothing in this process';
const noPing = { HTTP2_READ_IDLE_TIMEOUT_SECONDS: '0' };
const noDialKeepAlive = 'keepalive defeated: net.Dialer{KeepAlive: -1}, HTTP2_READ_IDLE_TIMEOUT_SECONDS=0';

/** With keepalive on, an idle timeout of packets never strikes; every other loss stops the informer. */
const deadInformer: KnownLoss = {
  profiles: ['proxy-fin', 'reset-now', 'blackhole-flow', 'blackhole-all', 'apiserver-restart'],
  reason: 'the informer calls its error handlers and stops until start() is called again',
  link: 'https://github.com/kubernetes-client/javascript/issues/2385',
};
const noKeepAlivePython: KnownLoss = {
  profiles: ['aws-nlb', 'azure-silent', 'gcp-silent', 'blackhole-flow', 'blackhole-all'],
  reason: 'no keepalive unless asked for, so a connection that died in silence is waited on for ever',
  link: 'https://github.com/kubernetes-client/python/issues/1234',
};
const slowKernelProbes: KnownLoss = {
  profiles: ['blackhole-flow', 'blackhole-all'],
  reason: 'nine probes at 15 s after 30 s of silence: 165 s to give up',
  link: 'https://github.com/kubernetes-client/python/pull/2693',
};

export const kubernetesClients: readonly ClientLiteral[] = [
  {
    ...api,
    name: 'client-go@0.37.2',
    summary: 'client-go informer with defaults: HTTP/2 health check after 30 s',
    program: clientGo,
    versions: goVersions,
  },
  {
    ...api,
    name: 'client-go@0.37.2+no-ping',
    summary: 'client-go informer, HTTP/2 without health check, TCP keepalive only',
    program: clientGo,
    env: noPing,
    versions: goVersions,
    remarks: ['HTTP2_READ_IDLE_TIMEOUT_SECONDS=0'],
    knownLosses: [{ ...slowKernelProbes, link: 'https://github.com/kubernetes/client-go/issues/374' }],
  },
  {
    ...api,
    name: 'client-go@0.37.2+http1',
    summary: 'client-go informer over HTTP/1.1, TCP keepalive only',
    program: clientGo,
    env: { DISABLE_HTTP2: 'true' },
    versions: goVersions,
    remarks: ['DISABLE_HTTP2=true'],
    knownLosses: [{ ...slowKernelProbes, link: 'https://github.com/kubernetes/client-go/issues/374' }],
  },
  {
    ...api,
    name: 'client-go@0.37.2+no-keepalive',
    summary: 'client-go informer with TCP keepalive and HTTP/2 health check defeated',
    program: clientGo,
    config: { tcpKeepAlive: false },
    env: noPing,
    versions: goVersions,
    remarks: [noDialKeepAlive],
    caughtBy: silent,
  },
  {
    ...api,
    name: 'client-node@1.4.0',
    summary: '@kubernetes/client-node raw watch, restarted by its user',
    program: clientNode,
    config: { mode: 'raw', keepAlive: true },
    versions: nodeVersions,
  },
  {
    ...api,
    name: 'client-node@1.4.0+informer-restarted',
    summary: '@kubernetes/client-node informer, started again 5 s after an error as in its examples',
    program: clientNode,
    config: { mode: 'informer', keepAlive: true, restart: true },
    versions: nodeVersions,
  },
  {
    ...api,
    name: 'client-node@1.4.0+informer',
    summary: '@kubernetes/client-node informer, left alone',
    program: clientNode,
    config: { mode: 'informer', keepAlive: true },
    versions: nodeVersions,
    knownLosses: [deadInformer],
  },
  {
    ...api,
    name: 'client-node@1.4.0+no-keepalive',
    summary: '@kubernetes/client-node raw watch with TCP keepalive defeated',
    program: clientNode,
    config: { mode: 'raw', keepAlive: false },
    versions: nodeVersions,
    remarks: [stubbed],
    caughtBy: silent,
  },
  {
    ...api,
    name: 'python-client@37.0.2',
    summary: 'Python kubernetes watch stream, restarted by its user; no keepalive, as it comes',
    program: python,
    config: { mode: 'watch' },
    versions: pythonVersions,
    knownLosses: [noKeepAlivePython],
  },
  {
    ...api,
    name: 'python-client@37.0.2+keepalive',
    summary: 'Python kubernetes watch stream with Configuration.keep_alive',
    program: python,
    config: { mode: 'watch', keepAlive: true },
    versions: pythonVersions,
    knownLosses: [slowKernelProbes],
  },
  {
    ...api,
    name: 'kubectl',
    summary: 'kubectl get --watch, started again when it ends',
    program: { kind: 'kubectl', arguments: [] },
  },
];

export const pollingClients: readonly ClientLiteral[] = [
  {
    ...api,
    name: 'python-client@37.0.2+poll',
    speaks: 'poll',
    summary: 'Python kubernetes: list, sleep past the idle timeout, list again on the same connection pool',
    program: python,
    config: { mode: 'poll' },
    versions: pythonVersions,
    knownLosses: [
      {
        profiles: ['gcp-silent'],
        reason: 'no keepalive and no read timeout unless asked for: the request on the dead connection waits',
        link: 'https://github.com/kubernetes-client/python/issues/1158',
      },
    ],
  },
];
