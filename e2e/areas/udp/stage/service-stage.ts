/** The stage of every UDP spec: a namespace with a Service, servers that join and leave it, and a client that never closes its socket. */
import type { ClusterNode, IpFamily } from '../../../harness/cluster/cluster.ts';
import { DatagramStream } from '../../../harness/datagrams/datagram-stream.ts';
import { endpointsAre } from '../evidence/endpoint-premises.ts';
import type { Premise, SpecContext } from '../../../harness/run/context.ts';
import {
  familyOf,
  MEMBER_LABEL,
  podObject,
  SERVICE_NAME,
  SERVICE_PORT,
  serviceObject,
  type PodObject,
  type PodShape,
  type ServiceObject,
  type ServiceShape,
} from './service-objects.ts';
import type { ClientOptions, ServerOptions, StageClient, StagePod } from './stage-options.ts';

export { SERVICE_PORT };
export const CLIENT_PORT = 12345;
const POD_READY_MS = 60_000;

export class ServiceStage {
  readonly #t: SpecContext;
  readonly namespace: string;
  readonly family: IpFamily;
  readonly clientNode: ClusterNode;
  readonly serverNode: ClusterNode;
  /** A node that is neither: where a node port is aimed at. */
  readonly otherNode: ClusterNode;
  readonly service: ServiceObject;

  constructor(
    t: SpecContext,
    parts: Pick<ServiceStage, 'namespace' | 'family' | 'clientNode' | 'serverNode' | 'otherNode' | 'service'>,
  ) {
    this.#t = t;
    this.namespace = parts.namespace;
    this.family = parts.family;
    this.clientNode = parts.clientNode;
    this.serverNode = parts.serverNode;
    this.otherNode = parts.otherNode;
    this.service = parts.service;
  }

  get clusterIP(): string {
    const wanted = this.service.spec.clusterIPs.find((ip) => familyOf(ip) === this.family);
    if (wanted === undefined) throw new Error(`Service ${SERVICE_NAME} has no ${this.family} cluster IP`);
    return wanted;
  }

  get nodePort(): number {
    const port = this.service.spec.ports.find(({ protocol }) => protocol === 'UDP')?.nodePort;
    if (port === undefined) throw new Error(`Service ${SERVICE_NAME} has no UDP node port`);
    return port;
  }

  address(node: ClusterNode): string {
    const address = node.addresses[this.family];
    if (address === undefined) throw new Error(`node ${node.name} has no ${this.family} address`);
    return address;
  }

  ip(pod: StagePod): string {
    const ip = pod.ips[this.family];
    if (ip === undefined) throw new Error(`pod ${pod.name} has no ${this.family} address`);
    return ip;
  }

  /** Creates a server and returns when it answers (or, unready, when it runs). */
  async addServer(name: string, options: ServerOptions = {}): Promise<StagePod> {
    const { ports = [80] } = options;
    const command = [
      'node',
      '/app/udp-server.mjs',
      `--id=${name}`,
      ...ports.map((port) => `--port=${port}`),
      ...(options.unready === true ? ['--unready'] : []),
      ...(options.lingerMs === undefined ? [] : [`--linger-ms=${options.lingerMs}`]),
      ...(options.oneWay === true ? ['--one-way'] : []),
      ...(options.tcp === true ? ['--tcp'] : []),
    ];
    const probed = options.unready === true || options.readiness === true;
    const pod = await this.startPod({
      name,
      node: options.node ?? this.serverNode,
      command,
      member: options.member ?? true,
      ...(options.graceSeconds === undefined ? {} : { graceSeconds: options.graceSeconds }),
      ...(probed ? { readinessPort: 8080 } : {}),
    });
    await this.printed(pod, 'serving');
    // Its namespace would wait until it has drained. One that has ended already has nothing to be told.
    if (options.lingerMs !== undefined)
      this.#t.defer(`end ${name}, which drains`, (signal) =>
        this.#control(pod, 'stop', signal).then(
          () => undefined,
          () => undefined,
        ),
      );
    return pod;
  }

  async startClient(name: string, options: ClientOptions = {}): Promise<StageClient> {
    const { host = this.clusterIP, port = SERVICE_PORT, sourcePort = CLIENT_PORT } = options;
    if (options.host !== undefined && options.frontend === undefined)
      throw new Error(`client ${name} has a host of its own and does not say what that is`);
    const { frontend = 'cluster-ip' } = options;
    const command = [
      'node',
      '/app/udp-client.mjs',
      `--host=${host}`,
      `--port=${port}`,
      `--source-port=${sourcePort}`,
      ...(options.flows === undefined ? [] : [`--flows=${options.flows}`]),
      ...(options.intervalMs === undefined ? [] : [`--interval-ms=${options.intervalMs}`]),
      ...(options.connected === true ? ['--connected'] : []),
      ...(options.oneWay === true ? ['--one-way'] : []),
      ...(options.awaitPath === false || options.oneWay === true ? [] : ['--await-path']),
    ];
    const pod = await this.startPod({
      name,
      node: options.node ?? this.clientNode,
      command,
      ...(options.hostNetwork === true ? { hostNetwork: true } : {}),
    });
    const stream = await this.streamOf(pod);
    return { ...pod, stream, host, port, sourcePort, hostNetwork: options.hostNetwork === true, frontend };
  }

  /** TCP connections to the Service that are kept open and talk all the time. */
  async startTcpClient(name: string, connections: number): Promise<StagePod & { readonly stream: DatagramStream }> {
    const command = ['node', '/app/tcp-client.mjs', `--host=${this.clusterIP}`, `--port=${SERVICE_PORT}`];
    const pod = await this.startPod({
      name,
      node: this.clientNode,
      command: [...command, `--connections=${connections}`],
    });
    return { ...pod, stream: await this.streamOf(pod) };
  }

  /** Follows a client's records to the end of the spec. */
  async streamOf(pod: StagePod): Promise<DatagramStream> {
    const { name } = pod;
    const log = await this.#t.env.cluster.api.followLogs(pod.ref, this.#t.signal);
    this.#t.defer(`stop reading the log of ${name}`, () => log.stop());
    const stream = new DatagramStream(this.#t, name, log);
    this.#t.onTrouble(`records of ${name}`, () =>
      this.#t.attach(`${name}-datagrams.json`, JSON.stringify(stream.flow(), null, 1), 'application/json'),
    );
    return stream;
  }

  /** Starts any pod of the fixtures image and returns when its container runs and it has its addresses. */
  async startPod(
    shape: Omit<PodShape, 'namespace' | 'image' | 'node'> & { readonly node: ClusterNode },
  ): Promise<StagePod> {
    const { cluster, fixturesImage } = this.#t.env;
    const { name, node } = shape;
    await cluster.api.apply(
      podObject({ ...shape, node: node.name, namespace: this.namespace, image: fixturesImage }),
      this.#t.signal,
    );
    const ips = await cluster.api.waitFor<PodObject, readonly string[]>(
      { apiVersion: 'v1', kind: 'Pod', namespace: this.namespace, name },
      ([pod]) => {
        const running = pod?.status?.containerStatuses?.[0]?.state?.running !== undefined;
        return running ? pod.status.podIPs?.map(({ ip }) => ip) : undefined;
      },
      {
        timeoutMs: this.#t.wait(POD_READY_MS),
        signal: this.#t.signal,
        what: `pod ${name} runs on ${node.name}`,
      },
    );
    const byFamily = Object.fromEntries(ips.map((ip) => [familyOf(ip), ip]));
    return { name, node, ips: byFamily, ref: { namespace: this.namespace, name } };
  }

  /** Waits for a record of that type in the pod's log. */
  async printed(pod: StagePod, type: string, timeoutMs = POD_READY_MS): Promise<void> {
    const log = await this.#t.env.cluster.api.followLogs(pod.ref, this.#t.signal);
    try {
      await log.waitFor((line) => line.includes(`"type":"${type}"`), {
        timeoutMs: this.#t.wait(timeoutMs),
        signal: this.#t.signal,
        what: `${pod.name} says ${type}`,
      });
    } finally {
      await log.stop();
    }
  }

  /** Lets a running pod into the Service, or out of it: its label is all that changes. */
  async admit(pod: StagePod, member = true): Promise<void> {
    await this.#t.env.cluster.api.patch(
      { apiVersion: 'v1', kind: 'Pod', ...pod.ref },
      { metadata: { labels: { [MEMBER_LABEL]: member ? SERVICE_NAME : null } } },
      this.#t.signal,
    );
  }

  /** Opens or closes a server's readiness; the kubelet's probe carries it on. */
  async setReady(pod: StagePod, ready: boolean): Promise<void> {
    const { code, stderr } = await this.#control(pod, ready ? 'ready' : 'unready', this.#t.signal);
    if (code !== 0) throw new Error(`could not change readiness of ${pod.name}: curl ended with ${code}: ${stderr}`);
  }

  #control(pod: StagePod, word: string, signal: AbortSignal) {
    const argv = ['curl', '-sS', '-o', '/dev/null', '-X', 'POST', `http://localhost:8080/${word}`];
    return this.#t.env.cluster.api.exec(pod.ref, argv, { signal, timeoutMs: 10_000 });
  }

  async deletePod(pod: StagePod, graceSeconds = 0, wait = false): Promise<void> {
    // The moment of the request: datagrams are lost before its answer is here.
    const at = this.#t.evidence.now();
    await this.#t.env.cluster.api.delete(
      { apiVersion: 'v1', kind: 'Pod', ...pod.ref },
      { graceSeconds, wait, signal: this.#t.signal },
    );
    const summary = `${pod.name} deleted, grace ${graceSeconds} s`;
    this.#t.evidence.record({ at, kind: 'fault', lane: pod.name, summary });
  }

  /** The same stage seen through its other family. */
  withFamily(family: IpFamily): ServiceStage {
    const { namespace, clientNode, serverNode, otherNode, service } = this;
    return new ServiceStage(this.#t, { namespace, family, clientNode, serverNode, otherNode, service });
  }

  async setIngress(ip: string): Promise<void> {
    await this.#t.env.cluster.api.patch(
      { ...this.#service(), subresource: 'status' },
      { status: { loadBalancer: { ingress: [{ ip, ipMode: 'VIP' }] } } },
      this.#t.signal,
    );
  }

  async deleteService(): Promise<void> {
    const at = this.#t.evidence.now();
    await this.#t.env.cluster.api.delete(this.#service(), { signal: this.#t.signal });
    this.#t.evidence.record({ at, kind: 'fault', lane: 'endpoints', summary: `Service ${SERVICE_NAME} deleted` });
  }

  async patchService(patch: unknown): Promise<void> {
    await this.#t.env.cluster.api.patch(this.#service(), patch, this.#t.signal);
  }

  #service() {
    return { apiVersion: 'v1', kind: 'Service', name: SERVICE_NAME, namespace: this.namespace };
  }

  /** Premise: the Service's EndpointSlices of the stage's family list exactly these pods as ready. */
  endpointsAre(pods: readonly StagePod[]): Premise<readonly string[]> {
    const wanted = pods.map((pod) => ({ name: pod.name, ip: this.ip(pod) }));
    return endpointsAre(this.#t, { namespace: this.namespace, service: SERVICE_NAME, family: this.family }, wanted);
  }
}

/** Opens a stage: two workers, one node besides, a namespace that goes with the spec, and the Service. */
export async function openStage(
  t: SpecContext,
  shape: ServiceShape = {},
  options: { readonly family?: IpFamily; readonly suffix?: string } = {},
): Promise<ServiceStage> {
  const { cluster } = t.env;
  const [clientNode, serverNode] = await cluster.workers();
  if (clientNode === undefined || serverNode === undefined) t.skip('needs two worker nodes for client and servers');
  const nodes = await cluster.nodes();
  const otherNode = nodes.find(({ name }) => name !== clientNode.name && name !== serverNode.name) ?? serverNode;
  const made: { remove?: (signal: AbortSignal) => Promise<void> } = {};
  // A second stage of the same spec has a namespace of its own.
  const name = options.suffix === undefined ? t.slug : `${t.slug}-${options.suffix}`;
  t.defer(`remove namespace ${name}`, async (signal) => made.remove?.(signal));
  const namespace = await cluster.createNamespace(name, { podSecurity: 'privileged', signal: t.signal });
  made.remove = (signal) => namespace.remove(signal);
  const family = options.family ?? cluster.primaryFamily;
  const applied = await cluster.api.apply(
    serviceObject(namespace.name, { families: [family], ...shape }) as unknown as ServiceObject,
    t.signal,
  );
  return new ServiceStage(t, {
    namespace: namespace.name,
    family,
    clientNode,
    serverNode,
    otherNode,
    service: applied,
  });
}
