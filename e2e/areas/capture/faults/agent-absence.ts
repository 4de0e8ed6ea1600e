/** Takes the capture agents away for a while, or kills one: what a controller forgets in between must not come back by name. */
import { InfrastructureError } from '../../../harness/run/verdict-errors.ts';
import type { ClusterNode } from '../../../harness/cluster/cluster.ts';
import type { KubernetesObject } from '../../../harness/cluster/kubernetes-object.ts';
import { agentsOf } from '../subjects/capture-subject.ts';
import type { CaptureStage } from '../stage/capture-stage.ts';

interface AgentSet extends KubernetesObject {
  readonly status?: {
    readonly desiredNumberScheduled?: number;
    readonly numberReady?: number;
    readonly currentNumberScheduled?: number;
  };
}
interface AgentPod extends KubernetesObject {
  readonly spec: { readonly nodeName?: string };
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

/** SIGKILL to the agent of a node; its container is restarted by the kubelet. */
export async function killAgent(stage: CaptureStage, node: ClusterNode): Promise<void> {
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
}

/**
 * SIGKILL to the shim of the agent's pod, which would otherwise end the pod's processes: whatever of them lives on is an orphan that
 * nobody manages. Returns when another agent runs.
 */
export async function killAgentShim(stage: CaptureStage, node: ClusterNode): Promise<void> {
  const pid = await agentPid(node);
  if (pid === undefined) throw new Error(`no capture agent runs on ${node.name}`);
  const shim = (await node.run(['ps', '-o', 'ppid=', '-p', String(pid)])).trim();
  await node.run(['kill', '-9', shim]);
  const summary = `shim ${shim} of agent ${pid} on ${node.name} killed with SIGKILL`;
  stage.t.evidence.record({ kind: 'fault', lane: 'agents', summary });
  await stage.t.evidence.require({
    name: 'another agent process runs',
    lane: 'agents',
    prove: async () => {
      const next = await stage.wait('the agent is started anew', ROLLOUT_MS, async () => {
        const now = (await agentPids(node)).filter((other) => other !== pid);
        return now.length === 1 ? now[0] : undefined;
      });
      return { proven: true, value: next, summary: `${pid} became ${next}` };
    },
  });
}

/** The agent's own pod on a node. Proven. */
export async function agentPodOn(
  stage: CaptureStage,
  node: ClusterNode,
): Promise<{ readonly namespace: string; readonly name: string }> {
  const { namespace, label } = agentsOf(stage.subject);
  const { api } = stage.t.env.cluster;
  return stage.t.evidence.require({
    name: `an agent runs on ${node.name}`,
    lane: 'agents',
    prove: async (signal) => {
      const pods = await api.list<AgentPod>('v1', 'Pod', { namespace, labelSelector: label }, signal);
      const name = pods.find(({ spec }) => spec.nodeName === node.name)?.metadata.name;
      return name === undefined
        ? { proven: false, reason: `no pod with label ${label} in ${namespace}` }
        : { proven: true, value: { namespace, name }, summary: name };
    },
  });
}

async function agentPid(node: ClusterNode): Promise<number | undefined> {
  return (await agentPids(node))[0];
}

async function agentPids(node: ClusterNode): Promise<readonly number[]> {
  const { code, stdout, stderr } = await node.exec([
    'pgrep',
    '-f',
    '^node /app/(packet-capture|capture-mutant)-agent.mjs',
  ]);
  // Where pgrep does not run, nobody knows that there is no agent.
  if (code > 1) throw new InfrastructureError(`agents of ${node.name}: pgrep ended with ${code}: ${stderr.trim()}`);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map(Number);
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
      timeoutMs: stage.t.wait(ROLLOUT_MS),
      signal,
      what: `DaemonSet ${namespace}/${name} follows its node selector`,
    },
  );
}
