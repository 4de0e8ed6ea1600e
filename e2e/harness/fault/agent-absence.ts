/** Takes the capture agents away for a while, or kills one: what a controller forgets in between must not come back by name. */
import type { ClusterNode } from '../cluster/cluster.ts';
import type { KubernetesObject } from '../cluster/kubernetes-object.ts';
import { agentsOf } from '../subject/capture-subject.ts';
import type { CaptureStage } from './capture-stage.ts';

interface AgentSet extends KubernetesObject {
  readonly status?: {
    readonly desiredNumberScheduled?: number;
    readonly numberReady?: number;
    readonly currentNumberScheduled?: number;
  };
}
const ABSENT = 'staleproof.dev/absent';
const ROLLOUT_MS = 60_000;

/** No agent runs on any node from here until the returned function has run (also at the end of the spec). */
export async function removeAgents(stage: CaptureStage): Promise<() => Promise<void>> {
  const { t } = stage;
  let away = true;
  const restore = async (signal: AbortSignal): Promise<void> => {
    if (!away) return;
    await select(stage, null, signal);
    await settled(
      stage,
      (set) =>
        (set.status?.desiredNumberScheduled ?? 0) > 0 && set.status?.numberReady === set.status?.desiredNumberScheduled,
      signal,
    );
    away = false;
  };
  t.defer('bring the capture agents back', restore);
  await select(stage, 'true', t.signal);
  await settled(
    stage,
    (set) => set.status?.currentNumberScheduled === 0 && (set.status.numberReady ?? 0) === 0,
    t.signal,
  );
  const { namespace, label } = agentsOf(stage.subject);
  await stage.wait('the agents’ pods are gone', ROLLOUT_MS, async () => {
    const pods = await t.env.cluster.api.list('v1', 'Pod', { namespace, labelSelector: label }, t.signal);
    return pods.length === 0 ? true : undefined;
  });
  t.evidence.record({ kind: 'fault', lane: 'agents', summary: 'no agent runs' });
  return async () => {
    await restore(t.signal);
    t.evidence.record({ kind: 'fault', lane: 'agents', summary: 'agents run again' });
  };
}

/** SIGKILL to the agent of a node; its container is restarted by the kubelet. Returns the killed PID on the node. */
export async function killAgent(stage: CaptureStage, node: ClusterNode): Promise<number> {
  const pid = await agentPid(node);
  if (pid === undefined) throw new Error(`no capture agent runs on ${node.name}`);
  await node.run(['kill', '-9', String(pid)]);
  stage.t.evidence.record({
    kind: 'fault',
    lane: 'agents',
    summary: `agent ${pid} on ${node.name} killed with SIGKILL`,
  });
  await stage.t.evidence.require({
    name: 'another agent process runs',
    lane: 'agents',
    prove: async () => {
      const next = await stage.wait('the agent is restarted', ROLLOUT_MS, async () => {
        const now = await agentPid(node);
        return now === undefined || now === pid ? undefined : now;
      });
      return { proven: true, value: next, summary: `${pid} became ${next}` };
    },
  });
  return pid;
}

async function agentPid(node: ClusterNode): Promise<number | undefined> {
  const { stdout } = await node.exec(['pgrep', '-f', '^node /app/(packet-capture|capture-mutant)-agent.mjs']);
  const [first = ''] = stdout.trim().split('\n');
  return first === '' ? undefined : Number(first);
}

async function select(stage: CaptureStage, value: string | null, signal: AbortSignal): Promise<void> {
  const { namespace, daemonSet: name } = agentsOf(stage.subject);
  await stage.t.env.cluster.api.patch(
    { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace, name },
    { spec: { template: { spec: { nodeSelector: { [ABSENT]: value } } } } },
    signal,
  );
}

async function settled(stage: CaptureStage, done: (set: AgentSet) => boolean, signal: AbortSignal): Promise<void> {
  const { namespace, daemonSet: name } = agentsOf(stage.subject);
  await stage.t.env.cluster.api.waitFor<AgentSet, true>(
    { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace, name },
    ([set]) => (set !== undefined && done(set) ? true : undefined),
    {
      timeoutMs: ROLLOUT_MS * stage.t.env.slowFactor,
      signal,
      what: `DaemonSet ${namespace}/${name} follows its node selector`,
    },
  );
}
