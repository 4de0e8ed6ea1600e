/** The reference capture controller of this repository as a subject, and its mutants. */
import type { Cluster } from '../../../harness/cluster/cluster.ts';
import type { KubernetesObject } from '../../../harness/cluster/kubernetes-object.ts';
import { ForeignNameError, isBelow } from '../../../harness/run/contained-path.ts';
import type { CaptureCapability } from './kind.ts';
import { captureManifests } from './capture-manifests.ts';
import type { CaptureMutant } from './capture-mutant-list.ts';
import { CaptureFileGone, type CaptureFile, type CaptureSubject, type CaptureView } from './capture-subject.ts';
import type { SubjectContext } from '../../../harness/subject/subject.ts';

const NAMESPACE = 'packet-capture-system';
const FOLDER = '/var/lib/packet-capture';
const DAEMON_SET = 'packet-capture-agent';
const DEPLOYMENT = 'packet-capture-controller';
const AGENT_LABEL = 'app.kubernetes.io/name=packet-capture-agent';
const CAN: readonly CaptureCapability[] = [
  ...([
    'pod-uid',
    'waits-for-pod',
    'live-file',
    'tcpdump-process',
    'limits',
    'file-shape',
    'rebinds',
    'selector',
  ] as const),
  ...(['reasons', 'node-files', 'own-agents', 'own-controller'] as const),
];
const READY_MS = 90_000;
const API_VERSION = 'capture.staleproof.dev/v1alpha1';

interface Workload extends KubernetesObject {
  readonly spec: { readonly replicas?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly desiredNumberScheduled?: number;
    readonly updatedNumberScheduled?: number;
    readonly numberReady?: number;
    readonly readyReplicas?: number;
    readonly updatedReplicas?: number;
    readonly replicas?: number;
  };
}
interface AgentPod extends KubernetesObject {
  readonly spec: { readonly nodeName?: string };
  readonly status?: { readonly phase?: string };
}
interface WireRecord {
  readonly epoch: number;
  readonly podUID: string;
  readonly sandboxID: string;
  readonly nodeName: string;
  readonly file: string;
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly endReason?: string;
  readonly packets?: number;
  readonly bytes?: number;
}
interface WireCapture extends KubernetesObject {
  readonly status?: {
    readonly phase?: string;
    readonly podUID?: string;
    readonly endReason?: string;
    readonly captures?: readonly WireRecord[];
    readonly conditions?: readonly { type: string; status: string; reason: string }[];
  };
}

export function referenceCapture(mutant?: CaptureMutant): CaptureSubject {
  const name = mutant === undefined ? 'packet-capture' : `packet-capture+${mutant.name}`;
  return {
    name,
    kind: 'packet-capture',
    can: CAN,
    agents: { namespace: NAMESPACE, daemonSet: DAEMON_SET, label: AGENT_LABEL },
    controller: { namespace: NAMESPACE, deployment: DEPLOYMENT, lease: DEPLOYMENT },
    preflight: () => Promise.resolve([]),
    install: async (context) => {
      await context.cluster.loadImage(context.fixturesImage, context.signal);
      const yaml = await captureManifests(context.fixturesImage, mutant);
      await context.cluster.api.applyYaml(yaml, {}, context.signal);
      await rolledOut(context);
    },
    remove: async ({ cluster, signal }) => {
      const group = { apiVersion: 'rbac.authorization.k8s.io/v1' };
      const crd = 'packetcaptures.capture.staleproof.dev';
      // Objects first: their finalizer needs the controller.
      await deleteAllCaptures(cluster, signal);
      await cluster.api.delete(
        { apiVersion: 'v1', kind: 'Namespace', name: NAMESPACE },
        { signal, timeoutMs: READY_MS },
      );
      for (const role of [DEPLOYMENT, DAEMON_SET]) {
        await cluster.api.delete({ ...group, kind: 'ClusterRoleBinding', name: role }, { signal });
        await cluster.api.delete({ ...group, kind: 'ClusterRole', name: role }, { signal });
      }
      await cluster.api.delete(
        { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name: crd },
        { signal },
      );
    },
    capabilities: () => Promise.resolve(CAN),
    info: (context) =>
      Promise.resolve({
        name,
        kind: 'packet-capture',
        versions: { image: context.fixturesImage, 'container runtime': context.cluster.facts.containerRuntime },
        remarks: mutant === undefined ? [] : [`known bad: ${mutant.summary} (STALEPROOF_MUTANT=${mutant.name})`],
      }),
    logs: agentLogs,
    apply: async (cluster, request, signal) => {
      const { namespace, name: object, podName, labels, ...rest } = request;
      const target = labels === undefined ? { podName } : { selector: { matchLabels: labels } };
      const spec = { ...target, ...rest };
      const body = { apiVersion: API_VERSION, kind: 'PacketCapture', metadata: { name: object, namespace }, spec };
      await cluster.api.apply(body, signal);
    },
    view: async (cluster, namespace, object, signal) => {
      const found = await cluster.api.get<WireCapture>(API_VERSION, 'PacketCapture', object, namespace, signal);
      return found === undefined ? undefined : viewOf(found);
    },
    delete: (cluster, namespace, object, signal) =>
      cluster.api.delete(
        { apiVersion: API_VERSION, kind: 'PacketCapture', name: object, namespace },
        { wait: false, signal },
      ),
    fetch: async (cluster, file) => {
      // The status says where, and a node helper reads whatever it is told to.
      if (!isBelow(FOLDER, file.path))
        throw new ForeignNameError(`capture file ${JSON.stringify(file.path)}: expected a path below ${FOLDER}`);
      const node = await cluster.node(file.nodeName);
      try {
        return await node.readFile(file.path);
      } catch (error) {
        const { code } = await node.exec(['test', '-e', file.path]);
        if (code === 1)
          throw new CaptureFileGone(`capture file ${file.path} is not on ${file.nodeName}`, { cause: error });
        throw error;
      }
    },
    apiAnswers: async (cluster, nodeName, signal) => {
      const pods = await cluster.api.list<AgentPod>(
        'v1',
        'Pod',
        { namespace: NAMESPACE, labelSelector: AGENT_LABEL },
        signal,
      );
      const pod = pods.find((one) => one.spec.nodeName === nodeName && one.status?.phase === 'Running');
      if (pod === undefined) return undefined;
      const log = await cluster.api.logs({ namespace: NAMESPACE, name: pod.metadata.name }, { tailLines: 200, signal });
      const beat = log
        .split('\n')
        .filter((line) => line.includes('"type":"heartbeat"'))
        .at(-1);
      return beat === undefined ? undefined : (JSON.parse(beat) as { answers: number }).answers;
    },
  };
}

function viewOf(object: WireCapture): CaptureView {
  const { phase = 'Pending', podUID, captures = [], conditions = [] } = object.status ?? {};
  const bound = conditions.find((condition) => condition.type === 'Bound');
  const resolved = conditions.find((condition) => condition.type === 'TargetResolved');
  const reasons = [resolved?.status === 'False' ? resolved.reason : undefined, bound?.reason];
  return {
    uid: object.metadata.uid ?? '',
    phase,
    capturing: phase === 'Capturing' && bound?.status === 'True',
    reason: reasons.find((reason) => reason !== undefined) ?? '',
    podUID,
    files: captures.map((record): CaptureFile => ({
      epoch: record.epoch,
      podUID: record.podUID,
      sandboxID: record.sandboxID,
      nodeName: record.nodeName,
      path: record.file,
      startedAtMs: Date.parse(record.startedAt),
      endedAtMs: record.endedAt === undefined ? undefined : Date.parse(record.endedAt),
      endReason: record.endReason,
      packets: record.packets ?? 0,
      bytes: record.bytes ?? 0,
    })),
  };
}

async function rolledOut({ cluster, signal }: SubjectContext): Promise<void> {
  const options = { timeoutMs: READY_MS, signal };
  await cluster.api.waitFor<Workload, true>(
    { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace: NAMESPACE, name: DAEMON_SET },
    ([set]) => {
      const { observedGeneration, desiredNumberScheduled = 0, updatedNumberScheduled, numberReady } = set?.status ?? {};
      const current = observedGeneration === set?.metadata.generation && desiredNumberScheduled > 0;
      return current && updatedNumberScheduled === desiredNumberScheduled && numberReady === desiredNumberScheduled
        ? true
        : undefined;
    },
    { ...options, what: `DaemonSet ${NAMESPACE}/${DAEMON_SET} runs on every node` },
  );
  await cluster.api.waitFor<Workload, true>(
    { apiVersion: 'apps/v1', kind: 'Deployment', namespace: NAMESPACE, name: DEPLOYMENT },
    ([deployment]) => (deployment?.status?.readyReplicas === 1 && deployment.status.replicas === 1 ? true : undefined),
    { ...options, what: `Deployment ${NAMESPACE}/${DEPLOYMENT} has its replica` },
  );
  await cluster.api.waitFor<KubernetesObject & { spec?: { holderIdentity?: string } }, true>(
    { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace: NAMESPACE, name: DEPLOYMENT },
    ([lease]) => ((lease?.spec?.holderIdentity ?? '') === '' ? undefined : true),
    { ...options, what: `a controller leads (Lease ${NAMESPACE}/${DEPLOYMENT})` },
  );
}

async function deleteAllCaptures(cluster: Cluster, signal: AbortSignal): Promise<void> {
  const objects = await cluster.api.list<WireCapture>(API_VERSION, 'PacketCapture', {}, signal).catch(() => []);
  for (const { metadata } of objects)
    await cluster.api.delete(
      {
        apiVersion: API_VERSION,
        kind: 'PacketCapture',
        name: metadata.name,
        namespace: metadata.namespace ?? 'default',
      },
      { signal, timeoutMs: 20_000 },
    );
}

async function agentLogs({ cluster, signal }: SubjectContext): Promise<Readonly<Record<string, string>>> {
  const pods = await cluster.api.list<AgentPod>('v1', 'Pod', { namespace: NAMESPACE }, signal);
  const logs = pods.map(
    async ({ metadata: { name } }) =>
      [name, await cluster.api.logs({ namespace: NAMESPACE, name }, { tailLines: 5000, signal })] as const,
  );
  return Object.fromEntries(await Promise.all(logs));
}
