/** The stage of every host port spec: a node whose port is mapped, pods that take it, and senders that never close their sockets. */
import type { ClusterNode, IpFamily, PodRef } from '../../../harness/cluster/cluster.ts';
import type { KubernetesObject } from '../../../harness/cluster/kubernetes-object.ts';
import { raiseUdpTimeouts } from '../../../harness/conntrack/conntrack-timeouts.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import { DatagramStream } from '../../../harness/datagrams/datagram-stream.ts';
import { podObject, serviceObject, type MappedPort, type PodObject, type PodShape } from './host-port-objects.ts';

const POD_RUNS_MS = 60_000;
/** Below the ports that the kernel gives out. */
const FIRST_FRESH = 15_000;

export interface StagePod {
  readonly name: string;
  readonly uid: string;
  readonly node: ClusterNode;
  readonly ref: PodRef;
  readonly ip: string;
}

export interface Sender extends StagePod {
  readonly stream: DatagramStream;
  readonly sourcePort: number;
  readonly host: string;
  readonly port: number;
}

export interface SenderOptions {
  readonly node?: ClusterNode;
  readonly hostNetwork?: boolean;
  readonly host?: string;
  readonly port?: number;
  readonly sourcePort?: number;
  readonly flows?: number;
  readonly intervalMs?: number;
  /** Begin on a path that works already; default true. */
  readonly awaitPath?: boolean;
}

export class HostPortStage {
  readonly #t: SpecContext;
  readonly namespace: string;
  readonly family: IpFamily;
  /** Whose port is mapped. */
  readonly node: ClusterNode;
  readonly otherNode: ClusterNode;
  readonly port: number;

  constructor(t: SpecContext, parts: Pick<HostPortStage, 'namespace' | 'family' | 'node' | 'otherNode' | 'port'>) {
    this.#t = t;
    this.namespace = parts.namespace;
    this.family = parts.family;
    this.node = parts.node;
    this.otherNode = parts.otherNode;
    this.port = parts.port;
  }

  /** The node's own address, which senders send to. */
  get host(): string {
    return this.addressOf(this.node);
  }

  addressOf(node: ClusterNode): string {
    const address = node.addresses[this.family];
    if (address === undefined) throw new Error(`node ${node.name} has no ${this.family} address`);
    return address;
  }

  /** A pod that answers each datagram with its name; returns when it serves. */
  async addServer(
    name: string,
    options: {
      readonly node?: ClusterNode;
      readonly mapped?: readonly MappedPort[];
      readonly labels?: Readonly<Record<string, string>>;
      /** In the host's network, on the host port itself. */
      readonly hostNetwork?: boolean;
      readonly listens?: number;
      readonly tcp?: boolean;
      readonly restarts?: boolean;
    } = {},
  ): Promise<StagePod> {
    const { node = this.node, listens = options.hostNetwork === true ? this.port : 80, ...shape } = options;
    const command = ['node', '/app/udp-server.mjs', `--id=${name}`, `--port=${listens}`];
    // Several in the host's network would meet at the port for their control.
    // Bound to every address it would answer a pod of its node from the pod's gateway, which nobody has asked.
    if (options.hostNetwork === true) command.push(`--control-port=${this.port + 1_000}`, `--address=${this.host}`);
    if (options.tcp === true) command.push('--tcp');
    const pod = await this.startPod({ name, node, command, ...shape });
    await this.says(pod, 'serving');
    return pod;
  }

  /** A pod that holds the stage's host port. */
  addHolder(name: string, mapped: Partial<MappedPort> = {}): Promise<StagePod> {
    return this.addServer(name, { mapped: [{ hostPort: this.port, ...mapped }] });
  }

  /** On the mapped node itself unless it is told otherwise, as most who send to a sink of their node are. */
  async startSender(name: string, options: SenderOptions = {}): Promise<Sender> {
    const { node = this.node, host = this.host, port = this.port, sourcePort = 12_345, flows = 1 } = options;
    const command = ['node', '/app/udp-client.mjs', `--host=${host}`, `--port=${port}`, `--source-port=${sourcePort}`];
    command.push(`--flows=${flows}`, `--interval-ms=${options.intervalMs ?? 20}`);
    if (options.awaitPath !== false) command.push('--await-path');
    const pod = await this.startPod({ name, node, command, hostNetwork: options.hostNetwork === true });
    return { ...pod, stream: await this.streamOf(pod), sourcePort, host, port };
  }

  /** A new socket ten times a second, from a port that was never used: where does a flow go that begins now? */
  async startFresh(node = this.node): Promise<DatagramStream> {
    const command = ['node', '/app/udp-client.mjs', `--host=${this.host}`, `--port=${this.port}`];
    command.push(`--source-port=${FIRST_FRESH}`, '--interval-ms=100', '--fresh');
    return this.streamOf(await this.startPod({ name: 'fresh', node, command }));
  }

  /** One TCP connection to the host that is kept open and talks all the time. */
  async startTcpClient(name: string, port: number): Promise<DatagramStream> {
    const command = ['node', '/app/tcp-client.mjs', `--host=${this.host}`, `--port=${port}`];
    return this.streamOf(await this.startPod({ name, node: this.node, command }));
  }

  async streamOf(pod: StagePod): Promise<DatagramStream> {
    const log = await this.#t.env.cluster.api.followLogs(pod.ref, this.#t.signal);
    this.#t.defer(`stop reading the log of ${pod.name}`, () => log.stop());
    const stream = new DatagramStream(this.#t, pod.name, log);
    this.#t.onTrouble(`records of ${pod.name}`, () =>
      this.#t.attach(`${pod.name}-datagrams.json`, JSON.stringify(stream.flow(), null, 1), 'application/json'),
    );
    return stream;
  }

  /** Returns when its container runs: then its port is mapped, because that is done before. */
  async startPod(
    shape: Omit<PodShape, 'namespace' | 'image' | 'node'> & { readonly node: ClusterNode },
  ): Promise<StagePod> {
    const { cluster, fixturesImage } = this.#t.env;
    const { namespace } = this;
    const { name, node } = shape;
    await cluster.api.apply(podObject({ ...shape, node: node.name, namespace, image: fixturesImage }), this.#t.signal);
    return this.running(name, node);
  }

  async running(name: string, node: ClusterNode): Promise<StagePod> {
    const { namespace, family } = this;
    const found = await this.#t.env.cluster.api.waitFor<PodObject, { ip: string; uid: string }>(
      { apiVersion: 'v1', kind: 'Pod', namespace, name },
      ([pod]) => {
        if (pod?.status?.containerStatuses?.[0]?.state?.running === undefined) return undefined;
        const ip = pod.status.podIPs?.map((one) => one.ip).find((one) => one.includes(':') === (family === 'ipv6'));
        return ip === undefined || pod.metadata.uid === undefined ? undefined : { ip, uid: pod.metadata.uid };
      },
      { timeoutMs: this.#t.wait(POD_RUNS_MS), signal: this.#t.signal, what: `pod ${name} runs on ${node.name}` },
    );
    return { name, node, ref: { namespace, name }, ...found };
  }

  async says(pod: StagePod, type: string): Promise<void> {
    const log = await this.#t.env.cluster.api.followLogs(pod.ref, this.#t.signal);
    try {
      await log.waitFor((line) => line.includes(`"type":"${type}"`), {
        timeoutMs: this.#t.wait(POD_RUNS_MS),
        signal: this.#t.signal,
        what: `${pod.name} says ${type}`,
      });
    } finally {
      await log.stop();
    }
  }

  /**
   * Returns the moment at which the pod was gone from the API: the kubelet takes it out only when its network is taken down,
   * which is when the port mapper has done all that it does.
   */
  async deletePod(pod: StagePod): Promise<number> {
    const at = this.#t.evidence.now();
    await this.#t.env.cluster.api.delete(
      { apiVersion: 'v1', kind: 'Pod', ...pod.ref },
      { graceSeconds: 1, uid: pod.uid, signal: this.#t.signal, timeoutMs: this.#t.wait(60_000) },
    );
    const goneAt = this.#t.evidence.now();
    const summary = `${pod.name} deleted; gone with its network after ${Math.round(goneAt - at)} ms`;
    this.#t.evidence.record({ at, until: goneAt, kind: 'fault', lane: pod.name, summary });
    return goneAt;
  }

  /** A Service of that number; returns its address. */
  async addService(app: string, port: number): Promise<string> {
    const { namespace, family } = this;
    const made = await this.#t.env.cluster.api.apply<KubernetesObject & { readonly spec?: { clusterIP?: string } }>(
      serviceObject(namespace, { port, family, app }),
      this.#t.signal,
    );
    if (made.spec?.clusterIP === undefined) throw new Error(`Service ${app} got no cluster IP`);
    return made.spec.clusterIP;
  }
}

/** Opens a stage: the second worker's port, timeouts there raised, and a namespace that goes with the spec. Each spec has a port of its own. */
export async function openHostPortStage(t: SpecContext, port: number): Promise<HostPortStage> {
  const { cluster } = t.env;
  const [otherNode, node] = await cluster.workers();
  if (otherNode === undefined || node === undefined)
    t.skip('needs two worker nodes: one whose port is mapped, and another');
  const made: { remove?: (signal: AbortSignal) => Promise<void> } = {};
  t.defer(`remove namespace ${t.slug}`, async (signal) => made.remove?.(signal));
  const [namespace] = await Promise.all([
    cluster.createNamespace(t.slug, { podSecurity: 'privileged', signal: t.signal }),
    raiseUdpTimeouts(t, node),
  ]);
  made.remove = (signal) => namespace.remove(signal);
  return new HostPortStage(t, { namespace: namespace.name, family: cluster.primaryFamily, node, otherNode, port });
}
