/** A small quota for the captures of every node, set where an operator sets it: in the environment of the agents. */
import { InfrastructureError } from '../../../harness/run/verdict-errors.ts';
import type { KubernetesObject } from '../../../harness/cluster/kubernetes-object.ts';
import { agentsOf, type CaptureFile } from '../subjects/capture-subject.ts';
import type { CaptureStage } from '../stage/capture-stage.ts';

const VARIABLE = 'CAPTURE_QUOTA_MIB';
const ROLLOUT_MS = 90_000;

interface AgentSet extends KubernetesObject {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly containers: readonly {
          readonly name: string;
          readonly env?: readonly { readonly name: string; readonly value?: string }[];
        }[];
      };
    };
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly desiredNumberScheduled?: number;
    readonly updatedNumberScheduled?: number;
    readonly numberReady?: number;
  };
}

/** Returns when all agents run with it; the former value comes back at the end of the spec. Files of other specs are removed first. */
export async function smallQuota(stage: CaptureStage, mebibytes: number): Promise<void> {
  const { t } = stage;
  const { namespace, daemonSet: name } = agentsOf(stage.subject);
  const object = { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace, name };
  const set = await t.env.cluster.api.get<AgentSet>('apps/v1', 'DaemonSet', name, namespace, t.signal);
  const container = set?.spec.template.spec.containers[0];
  const former = container?.env?.find((variable) => variable.name === VARIABLE)?.value;
  if (container === undefined || former === undefined)
    return t.inconclusive(`DaemonSet ${namespace}/${name} has no ${VARIABLE}`);
  const change = async (value: string, signal: AbortSignal): Promise<void> => {
    const env = (container.env ?? []).map((variable) =>
      variable.name === VARIABLE ? { ...variable, value } : variable,
    );
    const containers = [{ ...container, env }];
    await t.env.cluster.api.patch(object, { spec: { template: { spec: { containers } } } }, signal);
    await t.env.cluster.api.waitFor<AgentSet, true>(
      object,
      ([now]) => {
        const { observedGeneration, desiredNumberScheduled, updatedNumberScheduled, numberReady } = now?.status ?? {};
        const current = observedGeneration === now?.metadata.generation;
        return current && updatedNumberScheduled === desiredNumberScheduled && numberReady === desiredNumberScheduled
          ? true
          : undefined;
      },
      { timeoutMs: t.wait(ROLLOUT_MS), signal, what: `agents run with ${VARIABLE}=${value}` },
    );
  };
  t.defer(`give the agents their ${VARIABLE} back`, (signal) => change(former, signal));
  await change(String(mebibytes), t.signal);
  t.evidence.record({ kind: 'fault', lane: 'disk', summary: `${mebibytes} MiB for the captures of a node` });
}

/** Bytes on the node; undefined when it is not there. */
export async function fileSize(stage: CaptureStage, file: CaptureFile): Promise<number | undefined> {
  const node = await stage.t.env.cluster.node(file.nodeName);
  const { code, stdout, stderr } = await node.exec(['stat', '-c', '%s', file.path]);
  if (code === 0 && /^\d+$/.test(stdout.trim())) return Number(stdout.trim());
  if (code === 1 && stderr.includes('No such file')) return undefined;
  throw new InfrastructureError(`size of ${file.path} on ${file.nodeName}: stat ended with ${code}: ${stderr.trim()}`);
}
