/** The stage of every capture spec: a sink, a noisy decoy on the target's node, and a quiet target that may come and go. */
import type { ClusterNode } from '../../../harness/cluster/cluster.ts';
import type { KubernetesObject } from '../../../harness/cluster/kubernetes-object.ts';
import { markOf, type CaptureTruth, type Mark } from '../evidence/capture-truth.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import type { CaptureCapability } from '../subjects/kind.ts';
import type { CaptureRequest, CaptureSubject, CaptureView } from '../subjects/capture-subject.ts';
import { talkerPod, type CapturePod, type TalkerShape } from './capture-objects.ts';
import { capturesOfRun } from './captures-of-run.ts';
import type { RunningCapture } from '../evidence/capture-processes.ts';
import { countBefore, tcpdumpsOf } from './stage-tcpdumps.ts';
import { reached, waitUntil } from './capture-wait.ts';

/** One pod instance: what the API calls it and every address its processes had. */
export interface CaptureInstance {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly node: ClusterNode;
  readonly macs: Set<string>;
  readonly ips: Set<string>;
  /** Processes that said hello, in order. */
  readonly incarnations: string[];
  /** Wall over CPU time of each process's own start, by incarnation: 1 where nothing waited for a core. */
  readonly contention: Map<string, number>;
  /**
   * How the capture was asked for: before the instance began, while it ran, or never for this instance, where the subject does
   * not follow a name. What is owed of it depends on that.
   */
  asked: 'before' | 'after' | 'never';
}

interface Hello {
  readonly type: string;
  readonly uid: string;
  readonly incarnation: string;
  readonly mac: string;
  readonly addresses: readonly string[];
  readonly contention: number;
}

export type TalkerOptions = Partial<Omit<TalkerShape, 'node' | 'namespace'>> & {
  readonly node?: ClusterNode;
  readonly namespace?: string;
};

const POD_MS = 60_000;
const NOTED_MS = 10_000;

export class CaptureStage {
  readonly t: SpecContext;
  readonly subject: CaptureSubject;
  readonly namespace: string;
  /** Where the target and the decoy live. */
  readonly node: ClusterNode;
  readonly otherNode: ClusterNode;
  readonly truth: CaptureTruth;
  readonly sinkIp: string;
  /** Packets missed before the capture ran, by UID and incarnation, of instances that were asked for before they began. */
  readonly blindWindows = new Map<string, number>();
  /** How far an instance had come when an object first said that it captures it, by the UIDs of both: `<object>/<instance>`. */
  readonly bound = new Map<string, Mark>();
  decoy: CaptureInstance | undefined;
  readonly #running: CaptureInstance[] = [];
  apiAnswersBefore: number | undefined;

  constructor(parts: Pick<CaptureStage, 't' | 'subject' | 'namespace' | 'node' | 'otherNode' | 'truth' | 'sinkIp'>) {
    this.t = parts.t;
    this.subject = parts.subject;
    this.namespace = parts.namespace;
    this.node = parts.node;
    this.otherNode = parts.otherNode;
    this.truth = parts.truth;
    this.sinkIp = parts.sinkIp;
  }

  can(capability: CaptureCapability): boolean {
    return this.subject.can.includes(capability);
  }

  /** A capture and its target: the capture first where the subject waits for a pod, else the pod first. */
  async begin(
    talker: TalkerOptions = {},
    request: Partial<CaptureRequest> = {},
  ): Promise<{ readonly target: CaptureInstance; readonly request: CaptureRequest }> {
    const { name: podName = 'target', namespace = this.namespace } = talker;
    const asked = { podName, namespace, ...request };
    if (this.can('waits-for-pod')) {
      const whole = await this.capture(asked);
      return { request: whole, target: await this.start(talker) };
    }
    const target = await this.start(talker);
    return { target, request: await this.capture(asked) };
  }

  /** Creates a talker and returns once the API has given it a UID: nothing is waited for. */
  async create(options: TalkerOptions = {}): Promise<CaptureInstance> {
    const { cluster, fixturesImage: image } = this.t.env;
    const { name = 'target', namespace = this.namespace, node = this.node, sinkIp = this.sinkIp, ...rest } = options;
    const label = { [cluster.runLabel.key]: cluster.runLabel.value };
    const pod = talkerPod({ ...rest, name, namespace, node: node.name, image, sinkIp }, label);
    // A POST, not an apply: applied over a pod that is being deleted it would change the old instance.
    const answer = (await cluster.api.raw(
      'POST',
      `/api/v1/namespaces/${namespace}/pods`,
      pod,
      this.t.signal,
    )) as KubernetesObject;
    return this.adopt({ name, namespace, node, uid: answer.metadata.uid ?? '' });
  }

  /** An instance that exists by now, whoever created it. */
  adopt({ name, namespace, node, uid }: Pick<CaptureInstance, 'name' | 'namespace' | 'node' | 'uid'>): CaptureInstance {
    this.t.evidence.record({ kind: 'fault', lane: name, summary: `pod ${name} created: UID ${uid} on ${node.name}` });
    const known = this.#running.some((one) => one.name === name && one.namespace === namespace);
    const asked = this.can(known ? 'rebinds' : 'waits-for-pod') ? 'before' : 'never';
    const made: CaptureInstance = {
      ...{ name, namespace, uid, node, asked },
      ...{ macs: new Set(), ips: new Set(), incarnations: [], contention: new Map() },
    };
    this.#running.push(made);
    return made;
  }

  /** Creates a talker and waits until the sink has heard it. */
  async start(options: TalkerOptions = {}): Promise<CaptureInstance> {
    const instance = await this.create(options);
    await this.learn(instance);
    await this.heard(instance, 10);
    return instance;
  }

  /** Waits for the hello of the instance's next process and takes over its addresses. */
  async learn(instance: CaptureInstance): Promise<string> {
    const { name, namespace } = instance;
    const hello = await this.wait(`a process of pod ${name} (${instance.uid}) says hello`, POD_MS, async () => {
      const text = await this.t.env.cluster.api.logs({ namespace, name }, { signal: this.t.signal }).catch(() => '');
      const lines = text.split('\n').filter((line) => line.includes('"type":"hello"'));
      return lines
        .map((line) => JSON.parse(line) as Hello)
        .find((one) => one.uid === instance.uid && !instance.incarnations.includes(one.incarnation));
    });
    instance.incarnations.push(hello.incarnation);
    instance.contention.set(hello.incarnation, hello.contention);
    instance.macs.add(hello.mac);
    for (const address of hello.addresses) instance.ips.add(address);
    return hello.incarnation;
  }

  /** Waits until the sink has received `more` further datagrams of the instance (of one of its processes). */
  async heard(instance: CaptureInstance, more: number, incarnation?: string): Promise<void> {
    const goal = this.truth.count(instance.uid, incarnation) + more;
    await this.wait(`the sink hears pod ${instance.name} (${instance.uid})`, POD_MS, () =>
      Promise.resolve(this.truth.count(instance.uid, incarnation) >= goal ? true : undefined),
    );
  }

  /** Asks for the deletion of exactly this instance. `force` removes the API object at once. */
  async delete(
    instance: CaptureInstance,
    options: { readonly graceSeconds?: number; readonly waitGone?: boolean } = {},
  ): Promise<void> {
    const { name, namespace, uid } = instance;
    const body = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      preconditions: { uid },
      ...(options.graceSeconds === undefined ? {} : { gracePeriodSeconds: options.graceSeconds }),
    };
    await this.t.env.cluster.api.raw('DELETE', `/api/v1/namespaces/${namespace}/pods/${name}`, body, this.t.signal);
    this.t.evidence.record({
      kind: 'fault',
      lane: name,
      summary: `pod ${name} (${uid}) deleted, grace ${String(options.graceSeconds)} s`,
    });
    if (options.waitGone === false) return;
    await this.wait(`pod ${name} (${uid}) is gone`, POD_MS, async () => {
      const pod = await this.t.env.cluster.api.get<CapturePod>('v1', 'Pod', name, namespace, this.t.signal);
      return pod?.metadata.uid === uid ? undefined : true;
    });
  }

  /** Applies a capture of the subject and removes it with the spec. */
  async capture(request: Partial<CaptureRequest> = {}): Promise<CaptureRequest> {
    const { cluster } = this.t.env;
    const target = request.labels === undefined ? { podName: 'target' } : {};
    const whole: CaptureRequest = { namespace: this.namespace, name: 'capture', ...target, ...request };
    this.t.defer(`delete capture ${whole.name}`, (signal) =>
      this.subject.delete(cluster, whole.namespace, whole.name, signal),
    );
    this.t.onTrouble(`status of capture ${whole.name}`, async (signal) =>
      this.t.attach(
        `${whole.name}-status.json`,
        JSON.stringify(await this.subject.view(cluster, whole.namespace, whole.name, signal), null, 1),
      ),
    );
    if (this.can('tcpdump-process')) await countBefore(cluster, whole);
    await this.subject.apply(cluster, whole, this.t.signal);
    // Who waits for a pod has to know that it is asked to: its packets are owed from the moment at which it says so.
    if (this.can('waits-for-pod'))
      await reached(
        this.wait(`capture ${whole.name} is taken note of`, NOTED_MS, async () =>
          (await this.view(whole))?.reason === '' ? undefined : true,
        ),
      );
    else
      for (const one of this.#running)
        if (one.name === whole.podName && one.namespace === whole.namespace) one.asked = 'after';
    return whole;
  }

  async view(
    request: Pick<CaptureRequest, 'namespace' | 'name'> = { namespace: this.namespace, name: 'capture' },
  ): Promise<CaptureView | undefined> {
    const view = await this.subject.view(this.t.env.cluster, request.namespace, request.name, this.t.signal);
    if (view !== undefined) capturesOfRun(this.t.env.cluster).see(request, view);
    return view;
  }

  /** The tcpdumps of an object, by default of the one that is named `capture`. */
  tcpdumpsOf(
    view: CaptureView,
    request: Pick<CaptureRequest, 'namespace' | 'name'> = { namespace: this.namespace, name: 'capture' },
  ): Promise<readonly RunningCapture[]> {
    const { signal, env } = this.t;
    return tcpdumpsOf({ cluster: env.cluster, subject: this.subject, signal }, request, view);
  }

  /** Waits until the instance has ended by itself; its object stays. */
  completed(instance: CaptureInstance): Promise<string> {
    return this.#phase(instance, ['Succeeded', 'Failed']);
  }

  /** Waits until the instance runs, for pods that the sink need not hear. */
  runs(instance: CaptureInstance): Promise<string> {
    return this.#phase(instance, ['Running']);
  }

  async #phase(instance: CaptureInstance, phases: readonly string[]): Promise<string> {
    const { name, namespace, uid } = instance;
    return this.t.evidence.require({
      name: `pod ${name} is ${phases.join(' or ')}`,
      lane: name,
      prove: async () => {
        const phase = await this.wait(`pod ${name} (${uid}) is ${phases.join(' or ')}`, POD_MS, async () => {
          const pod = await this.t.env.cluster.api.get<CapturePod>('v1', 'Pod', name, namespace, this.t.signal);
          return pod?.metadata.uid === uid && phases.includes(pod.status?.phase ?? '') ? pod.status?.phase : undefined;
        });
        return { proven: true, value: phase, summary: phase };
      },
    });
  }

  async label(instance: CaptureInstance, labels: Readonly<Record<string, string>>): Promise<void> {
    const { name, namespace, uid } = instance;
    await this.t.env.cluster.api.patch(
      { apiVersion: 'v1', kind: 'Pod', name, namespace },
      { metadata: { uid, labels } },
      this.t.signal,
    );
  }

  /** A second namespace that goes with the spec. */
  async anotherNamespace(suffix: string): Promise<string> {
    const made: { remove?: (signal: AbortSignal) => Promise<void> } = {};
    this.t.defer(`remove the namespace of ${suffix}`, async (signal) => made.remove?.(signal));
    const { cluster } = this.t.env;
    const namespace = await cluster.createNamespace(`${this.t.slug}-${suffix}`, {
      podSecurity: 'privileged',
      signal: this.t.signal,
    });
    made.remove = (signal) => namespace.remove(signal);
    return namespace.name;
  }

  /** Waits for a value; its own deadline is stretched by the slow factor. Not reached: InfrastructureError unless caught. */
  wait<T>(what: string, timeoutMs: number, probe: () => Promise<T | undefined>): Promise<T> {
    return waitUntil(what, this.t.wait(timeoutMs), this.t.signal, probe);
  }

  /** How far an instance has come: all that it sent up to now, and that the sink heard, is below. */
  async mark(instance: CaptureInstance): Promise<Mark> {
    await this.truthIsCurrent();
    return markOf(this.truth.snapshot(instance.uid));
  }

  /** Every line of the sink up to now (plus its flush period) has been read. */
  async truthIsCurrent(): Promise<void> {
    const now = Date.now();
    await this.wait('the sink’s log is read up to now', 20_000, () =>
      Promise.resolve(this.truth.upToMs > now + 150 ? true : undefined),
    );
  }
}
