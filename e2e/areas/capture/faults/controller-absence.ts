/** Takes the capture controller away, or freezes the replica that leads while another stands by. */
import type { KubernetesObject } from '../../../harness/cluster/kubernetes-object.ts';
import { controllerOf } from '../subjects/capture-subject.ts';
import type { CaptureStage } from '../stage/capture-stage.ts';

interface Deployment extends KubernetesObject {
  readonly spec: { readonly replicas?: number };
  readonly status?: { readonly replicas?: number; readonly readyReplicas?: number };
}
interface Lease extends KubernetesObject {
  readonly spec?: { readonly holderIdentity?: string };
}
interface ControllerPod extends KubernetesObject {
  readonly spec: { readonly nodeName?: string };
}
const SETTLE_MS = 60_000;

/** No controller runs from here until the returned function has run (also at the end of the spec). */
export async function removeController(stage: CaptureStage): Promise<() => Promise<void>> {
  stage.t.defer('bring the capture controller back', (signal) => scale(stage, 1, signal));
  await scale(stage, 0, stage.t.signal);
  stage.t.evidence.record({ kind: 'fault', lane: 'controller', summary: 'no controller runs' });
  return async () => {
    await scale(stage, 1, stage.t.signal);
    stage.t.evidence.record({ kind: 'fault', lane: 'controller', summary: 'a controller runs again' });
  };
}

/** A second replica stands by; one again at the end of the spec. */
export async function addStandby(stage: CaptureStage): Promise<void> {
  stage.t.defer('one controller again', (signal) => scale(stage, 1, signal));
  await scale(stage, 2, stage.t.signal);
}

/**
 * SIGSTOP to the leading controller: it holds what it knew and renews nothing. Returns once another leads, which is proven, with
 * the function that lets the frozen one go on.
 */
export async function freezeLeader(stage: CaptureStage): Promise<() => Promise<void>> {
  const { t } = stage;
  const { namespace, lease } = controllerOf(stage.subject);
  const { api } = t.env.cluster;
  const holder = await leader(stage);
  const name = holder.replace(/_.*$/, '');
  const pod = await api.get<ControllerPod>('v1', 'Pod', name, namespace, t.signal);
  if (pod?.spec.nodeName === undefined) return t.inconclusive(`leader ${holder} of Lease ${lease} is no pod`);
  const node = await t.env.cluster.node(pod.spec.nodeName);
  // Two replicas may share a node: the one that leads has its pod's name as host name.
  const script = `for p in $(pgrep -f '^node /app/packet-capture-controller.mjs'); do
    grep -qz "^HOSTNAME=${name}$" /proc/$p/environ && echo $p; done; true`;
  // eslint-disable-next-line no-restricted-syntax -- only reads
  const [pid = ''] = (await node.run(['sh', '-c', script])).trim().split('\n');
  const frozen: { thaw?: () => Promise<void> } = {};
  t.defer('let the frozen controller go on', async () => frozen.thaw?.());
  const thaw = await t.env.cluster.changeNode(node, {
    told: `process ${pid}, the frozen controller ${name}, going on`,
    argv: ['kill', '-STOP', pid],
    // It may have been killed meanwhile.
    undo: ['sh', '-c', `kill -CONT ${pid} 2>/dev/null || true`],
    signal: t.signal,
  });
  frozen.thaw = thaw;
  t.evidence.record({ kind: 'fault', lane: 'controller', summary: `SIGSTOP to leader ${holder} (PID ${pid})` });
  await t.evidence.require({
    name: 'another controller leads',
    lane: 'controller',
    prove: async () => {
      const next = await stage.wait('another controller leads', SETTLE_MS, async () => {
        const now = await leader(stage);
        return now === holder || now === '' ? undefined : now;
      });
      return { proven: true, value: next, summary: `${holder} was followed by ${next}` };
    },
  });
  return async () => {
    await thaw();
    t.evidence.record({ kind: 'fault', lane: 'controller', summary: `SIGCONT to the former leader ${holder}` });
  };
}

async function leader(stage: CaptureStage): Promise<string> {
  const { namespace, lease } = controllerOf(stage.subject);
  const { api } = stage.t.env.cluster;
  const found = await api.get<Lease>('coordination.k8s.io/v1', 'Lease', lease, namespace, stage.t.signal);
  return found?.spec?.holderIdentity ?? '';
}

async function scale(stage: CaptureStage, replicas: number, signal: AbortSignal): Promise<void> {
  const { namespace, deployment: name } = controllerOf(stage.subject);
  const object = { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name };
  const { api } = stage.t.env.cluster;
  await api.patch(object, { spec: { replicas } }, signal);
  await api.waitFor<Deployment, true>(
    object,
    ([now]) =>
      (now?.status?.replicas ?? 0) === replicas && (now?.status?.readyReplicas ?? 0) === replicas ? true : undefined,
    { timeoutMs: stage.t.wait(SETTLE_MS), signal, what: `${replicas} replicas of ${namespace}/${name}` },
  );
}
