/** What happens to agents in real life: replaced, killed, upgraded, given a small map. Each waits until the agent works again. */
import type { KubernetesObject } from '../../../harness/cluster/kubernetes-object.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import { npaContainer, npaDefaults } from '../evidence/npa-agent.ts';
import type { AgentPod } from '../evidence/npa-settings.ts';
import type { RaceStage } from '../stage/race-stage.ts';

const backWithinMs = 90_000;
/** Where the DaemonSet keeps the copies of its binaries that the next start compares with its own. */
const installed = '/var/lib/staleproof/npa-installed';
const daemonSet = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  name: 'network-policy-agent',
  namespace: npaDefaults.namespace,
} as const;

interface DaemonSet extends KubernetesObject {
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: readonly { readonly args?: readonly string[] }[] } };
  };
}

/** A new pod of the same version. */
export async function restartAgent(t: SpecContext, stage: RaceStage): Promise<void> {
  const old = await stage.agent.pod(t.signal);
  const target = { apiVersion: 'v1', kind: 'Pod', name: old.name, namespace: npaDefaults.namespace };
  await comesBack(t, stage, async () => {
    await t.env.cluster.api.delete(target, { signal: t.signal, timeoutMs: backWithinMs });
  });
}

/** SIGKILL to the process; the kubelet starts the container again. */
export async function killAgent(t: SpecContext, stage: RaceStage): Promise<void> {
  const pid = await stage.agent.pid(t.signal);
  await comesBack(t, stage, async () => {
    await stage.agent.node.run(['kill', '-KILL', String(pid)], { signal: t.signal });
  });
}

/** The next start finds no copy that equals its own BPF programs, as after a change of version: it loads everything anew. */
export async function upgradeAgent(t: SpecContext, stage: RaceStage): Promise<void> {
  await clearCopies(stage, t.signal);
  await restartAgent(t, stage);
}

/** Gives the agent a map of the smallest size that it takes, until the spec ends. */
export async function shrinkMap(t: SpecContext, stage: RaceStage, size: number): Promise<void> {
  const { api } = t.env.cluster;
  const found = await api.get<DaemonSet>(
    daemonSet.apiVersion,
    daemonSet.kind,
    daemonSet.name,
    daemonSet.namespace,
    t.signal,
  );
  const containers = found?.spec.template.spec.containers ?? [];
  const withSize = (entries: number) => ({
    spec: {
      template: {
        spec: {
          containers: containers.map((container) => ({
            ...container,
            args: (container.args ?? []).map((arg) =>
              arg.startsWith('--conntrack-cache-table-size=') ? `--conntrack-cache-table-size=${entries}` : arg,
            ),
          })),
        },
      },
    },
  });
  const given = containers[0]?.args?.find((arg) => arg.startsWith('--conntrack-cache-table-size='))?.split('=')[1];
  t.defer('give the agent its map size back', async (signal) => {
    const small = await stage.agent.pod(signal);
    await clearCopies(stage, signal);
    await api.patch(daemonSet, withSize(Number(given ?? 524_288)), signal);
    // The next spec meets the agent as it was.
    await anotherIsReady(t, stage, small.id, signal);
  });
  await clearCopies(stage, t.signal);
  await comesBack(t, stage, async () => {
    await api.patch(daemonSet, withSize(size), t.signal);
  });
}

// A restart of the same version keeps its map, whatever size is asked for.
async function clearCopies(stage: RaceStage, signal: AbortSignal): Promise<void> {
  await stage.agent.node.run(['sh', '-c', `rm -f ${installed}/*.bpf.o`], { signal });
}

/** Does it, then waits for another container that is Ready and for the first line of its cleanup. */
async function comesBack(t: SpecContext, stage: RaceStage, change: () => Promise<void>): Promise<void> {
  const from = stage.log.mark;
  const before = await stage.agent.pod(t.signal);
  const started = t.evidence.now();
  await change();
  await anotherIsReady(t, stage, before.id, t.signal);
  await stage.log.waitFor((line) => line.type === 'pass-start', {
    from,
    timeoutMs: backWithinMs,
    signal: t.signal,
    what: 'a cleanup pass of the agent that was started again',
  });
  const ms = Math.round(t.evidence.now() - started);
  t.evidence.record({
    kind: 'fault',
    lane: 'agent',
    summary: `another agent works on ${stage.agent.node.name} after ${ms} ms`,
  });
}

async function anotherIsReady(t: SpecContext, stage: RaceStage, oldId: string, signal: AbortSignal): Promise<void> {
  await t.env.cluster.api.waitFor<AgentPod, true>(
    { apiVersion: 'v1', kind: 'Pod', namespace: npaDefaults.namespace, labelSelector: npaDefaults.podLabel },
    (pods) => (pods.some((pod) => isNewAndReady(pod, stage.agent.node.name, oldId)) ? true : undefined),
    { timeoutMs: backWithinMs, signal, what: `another agent on ${stage.agent.node.name} is Ready` },
  );
}

function isNewAndReady(pod: AgentPod, node: string, oldId: string): boolean {
  if (pod.spec?.nodeName !== node || pod.metadata.deletionTimestamp !== undefined) return false;
  const status = pod.status?.containerStatuses?.find(({ name }) => name === npaContainer);
  return status?.ready === true && status.containerID !== undefined && !status.containerID.endsWith(oldId);
}
