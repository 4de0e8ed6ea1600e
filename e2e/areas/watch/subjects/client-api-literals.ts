/** Clients of the Kubernetes API. */
import type { ClientLiteral } from './client-literal.ts';

const api = { speaks: 'api', config: {}, env: {}, versions: {}, remarks: [], caughtBy: [] } as const;
const silent = [
  'watch/azure-silent-is-survived-or-noticed',
  'watch/aws-nlb-is-survived-or-noticed',
  'watch/gcp-silent-is-survived-or-noticed',
  'watch/blackhole-flow-is-survived-or-noticed',
  'watch/blackhole-all-is-survived-or-noticed',
];
/** What the private path adds: the node's conntrack forgets the connection to the Service's address. */
const silentAnywhere = [...silent, 'watch/private-conntrack-idle-is-survived-or-noticed'];
const clientNode = { kind: 'node', program: 'watch-client-node' } as const;
const clientGo = { kind: 'binary', part: 'watch-client-go' } as const;
const python = { kind: 'python', script: 'kubernetes_client.py', venvPart: 'watch-python' } as const;
/** 2.x asks for a newer Node.js than the suite's own. */
const clientNode2 = { kind: 'bundle', part: 'watch-client-node@2.0.1', runtimePart: 'node@newest' } as const;
const nodeVersions2 = { '@kubernetes/client-node': '2.0.1' };
const fabric8 = { kind: 'java', part: 'watch-java-fabric8' } as const;
const fabric8Versions = { 'io.fabric8:kubernetes-client': '7.8.0' };
const fabric8Release = (version: string) =>
  ({
    ...{ ...api, name: `fabric8@${version}`, mode: 'vertx' },
    program: { kind: 'java', part: `watch-java-fabric8@${version}` },
    versions: { 'io.fabric8:kubernetes-client': version },
  }) as const;
const kopf = (version: string) =>
  ({
    ...{ ...api, name: `kopf@${version}`, mode: 'watch' },
    program: { kind: 'python', script: 'kopf_client.py', venvPart: `watch-kopf@${version}` },
    versions: { kopf: version },
  }) as const;
const javaVersions = { 'io.kubernetes:client-java': '27.0.0' };
const dotnetVersions = { '.NET Core': '3.1.23' };
const nodeVersions = { '@kubernetes/client-node': '1.4.0' };
const goVersions = { 'k8s.io/client-go': 'v0.37.2' };
const pythonVersions = { kubernetes: '37.0.2' };
const stubbed = 'keepalive defeated: taken back in this process after each connect, later wishes are not heard';
const noPing = { HTTP2_READ_IDLE_TIMEOUT_SECONDS: '0' };
const noDialKeepAlive = 'keepalive defeated: net.Dialer{KeepAlive: -1}, HTTP2_READ_IDLE_TIMEOUT_SECONDS=0';

export const kubernetesClients: readonly ClientLiteral[] = [
  {
    ...api,
    name: 'client-go@0.37.2',
    mode: 'http2-ping',
    summary: 'client-go informer with defaults: HTTP/2 health check after 30 s',
    program: clientGo,
    versions: goVersions,
  },
  {
    ...api,
    name: 'client-go@0.37.2+no-ping',
    mode: 'http2',
    summary: 'client-go informer, HTTP/2 without health check, TCP keepalive only',
    program: clientGo,
    env: noPing,
    versions: goVersions,
    remarks: ['HTTP2_READ_IDLE_TIMEOUT_SECONDS=0'],
  },
  {
    ...api,
    name: 'client-go@0.37.2+http1',
    mode: 'http1',
    summary: 'client-go informer over HTTP/1.1, TCP keepalive only',
    program: clientGo,
    env: { DISABLE_HTTP2: 'true' },
    versions: goVersions,
    remarks: ['DISABLE_HTTP2=true'],
  },
  {
    ...api,
    name: 'client-go@0.37.2+no-keepalive',
    mode: 'no-keepalive',
    summary: 'client-go informer with TCP keepalive and HTTP/2 health check defeated',
    program: clientGo,
    config: { tcpKeepAlive: false },
    env: noPing,
    versions: goVersions,
    remarks: [noDialKeepAlive],
    caughtBy: silentAnywhere,
  },
  {
    ...api,
    name: 'client-node@1.4.0',
    mode: 'raw',
    summary: '@kubernetes/client-node raw watch, restarted by its user',
    program: clientNode,
    config: { mode: 'raw', keepAlive: true },
    versions: nodeVersions,
  },
  {
    ...api,
    name: 'client-node@1.4.0+informer-restarted',
    mode: 'informer-restarted',
    summary: '@kubernetes/client-node informer, started again 5 s after an error as in its examples',
    program: clientNode,
    config: { mode: 'informer', keepAlive: true, restart: true },
    versions: nodeVersions,
  },
  {
    ...api,
    name: 'client-node@1.4.0+informer',
    mode: 'informer',
    summary: '@kubernetes/client-node informer, left alone',
    program: clientNode,
    config: { mode: 'informer', keepAlive: true },
    versions: nodeVersions,
  },
  {
    ...api,
    name: 'client-node@1.4.0+no-keepalive',
    mode: 'no-keepalive',
    summary: '@kubernetes/client-node raw watch with TCP keepalive defeated',
    program: clientNode,
    config: { mode: 'raw', keepAlive: false },
    versions: nodeVersions,
    remarks: [stubbed],
    caughtBy: silentAnywhere,
  },
  {
    ...api,
    name: 'client-node@1.1.2',
    mode: 'raw',
    summary: '@kubernetes/client-node before it asked for keepalive: raw watch, restarted by its user',
    program: { kind: 'bundle', part: 'watch-client-node@1.1.2', runtimePart: 'node@newest' },
    config: { mode: 'raw', keepAlive: true },
    versions: { '@kubernetes/client-node': '1.1.2' },
  },
  {
    ...api,
    name: 'client-node@2.0.1',
    mode: 'raw',
    summary: '@kubernetes/client-node 2.x raw watch, restarted by its user; aborts itself after 30 s of silence',
    program: clientNode2,
    config: { mode: 'raw', keepAlive: true },
    versions: nodeVersions2,
  },
  {
    ...api,
    name: 'client-node@2.0.1+informer-restarted',
    mode: 'informer-restarted',
    summary: '@kubernetes/client-node 2.x informer, started again 5 s after an error',
    program: clientNode2,
    config: { mode: 'informer', keepAlive: true, restart: true },
    versions: nodeVersions2,
  },
  {
    ...api,
    name: 'client-node@2.0.1+no-keepalive',
    mode: 'no-keepalive',
    summary: '@kubernetes/client-node 2.x raw watch with TCP keepalive and its timer defeated',
    program: clientNode2,
    config: { mode: 'raw', keepAlive: false, silenceMs: 3_600_000 },
    versions: nodeVersions2,
    remarks: [stubbed, 'HTTP/2 ping defeated', 'timer defeated: Watch.requestTimeoutMs of an hour'],
    caughtBy: silentAnywhere,
  },
  {
    ...api,
    name: 'java-client@27.0.0',
    mode: 'ping',
    summary: 'the official Java client, an informer with defaults: HTTP/2 ping after 60 s',
    program: { kind: 'java', part: 'watch-java-official' },
    versions: javaVersions,
  },
  {
    ...api,
    name: 'java-client@27.0.0+no-ping',
    mode: 'no-ping',
    summary: 'the official Java client without HTTP/2 ping; it sets no keepalive',
    program: { kind: 'java', part: 'watch-java-official' },
    config: { variant: 'no-ping' },
    versions: javaVersions,
    remarks: ['keepalive defeated: OkHttpClient.pingInterval(0)'],
    caughtBy: silentAnywhere,
  },
  {
    ...api,
    name: 'fabric8@7.8.0',
    mode: 'vertx',
    summary: 'fabric8 informer on its default transport, Vert.x',
    program: fabric8,
    versions: fabric8Versions,
  },
  {
    ...api,
    name: 'fabric8@7.8.0+okhttp',
    mode: 'okhttp',
    summary: 'fabric8 informer on OkHttp: WebSocket ping after 30 s',
    program: fabric8,
    config: { variant: 'okhttp' },
    versions: fabric8Versions,
  },
  { ...fabric8Release('7.9.0'), summary: 'fabric8 informer on Vert.x, in the last release before 8' },
  {
    ...fabric8Release('8.0.0'),
    summary: 'fabric8 informer on Vert.x, which sends the WebSocket ping that is configured',
  },
  {
    ...kopf('1.43.0'),
    summary: 'kopf, the Python operator framework, with defaults: no keepalive, no limit of silence',
  },
  { ...kopf('1.44.0'), summary: 'kopf with defaults: a watch that is silent for 70 s is opened again' },
  {
    ...api,
    name: 'kube-rs@5.0.0',
    summary: 'kube-rs watcher with its default backoff',
    program: { kind: 'binary', part: 'watch-client-rust' },
    versions: { kube: '5.0.0' },
  },
  {
    ...api,
    name: 'dotnet-httpclient@3.1.23',
    summary: 'a watch written on the HttpClient of .NET Core, restarted by its user; no keepalive, as it comes',
    program: { kind: 'binary', part: 'watch-dotnet' },
    config: { mode: 'watch' },
    versions: dotnetVersions,
  },
  {
    ...api,
    name: 'python-client@37.0.2',
    mode: 'watch',
    summary: 'Python kubernetes watch stream, restarted by its user; no keepalive, as it comes',
    program: python,
    config: { mode: 'watch' },
    versions: pythonVersions,
  },
  {
    ...api,
    name: 'python-client@37.0.2+keepalive',
    mode: 'watch-keepalive',
    summary: 'Python kubernetes watch stream with Configuration.keep_alive',
    program: python,
    config: { mode: 'watch', keepAlive: true },
    versions: pythonVersions,
  },
  {
    ...api,
    name: 'python-client@37.0.2+keeps-expired-version',
    mode: 'watch-keepalive',
    summary: 'Python kubernetes with keepalive, whose user goes on with a version that the server has called expired',
    program: python,
    config: { mode: 'watch', keepAlive: true, keepExpiredVersion: true },
    versions: pythonVersions,
    remarks: ['410 is answered by the same version again'],
    caughtBy: ['watch/version-expired-is-survived-or-noticed'],
    // Its watch never comes back, so what it shows depends on what it still was told before.
    caughtAs: ['unnoticed', 'stopped', 'updates-missed'],
  },
  {
    ...api,
    name: 'kubectl',
    summary: 'kubectl get --watch, started again when it ends',
    program: { kind: 'kubectl', arguments: [] },
  },
  {
    ...api,
    name: 'client-image',
    summary: 'an API client of yours, from the image of --watch-client-image',
    program: { kind: 'image' },
    byOption: 'watchClientImage',
  },
];

export const pollingClients: readonly ClientLiteral[] = [
  {
    ...api,
    name: 'python-client@37.0.2+poll',
    mode: 'poll',
    speaks: 'poll',
    summary: 'Python kubernetes: list, sleep past the idle timeout, list again on the same connection pool',
    program: python,
    config: { mode: 'poll' },
    versions: pythonVersions,
  },
];
