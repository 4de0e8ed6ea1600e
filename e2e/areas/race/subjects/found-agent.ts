/** Where the network policy agent of a cluster that is not ours is, when nobody said so: as EKS installs it, or as our manifests do. */
import type { KubeApi } from '../../../harness/cluster/cluster.ts';
import { npaDefaults } from '../evidence/npa-agent.ts';
import type { Located } from '../../../harness/area/area.ts';
import type { Options } from '../../../harness/run/options/schema.ts';

/** In EKS the agent is a container of the VPC CNI's DaemonSet. */
const places = ['k8s-app=aws-node', npaDefaults.podLabel];

interface FoundAgentPods {
  readonly label: string;
  readonly namespace: string;
  readonly pods: number;
}

/** For a run: where the agent is, as options; what it says is for doctor. */
export async function locateAgent(api: KubeApi, options: Options, signal: AbortSignal): Promise<Located | undefined> {
  const agent = await findAgent(api, options, signal);
  if (agent === undefined) return undefined;
  return {
    options: { npaPodLabel: agent.label, npaNamespace: agent.namespace },
    found: `${agent.pods} pods labelled ${agent.label}`,
  };
}

/** The first place with pods; undefined when there is none. What may not be looked at is not there. */
async function findAgent(api: KubeApi, options: Options, signal: AbortSignal): Promise<FoundAgentPods | undefined> {
  const namespace = options.npaNamespace ?? npaDefaults.namespace;
  for (const label of options.npaPodLabel === undefined ? places : [options.npaPodLabel]) {
    const pods = await api.list('v1', 'Pod', { namespace, labelSelector: label }, signal).catch(() => []);
    if (pods.length > 0) return { label, namespace, pods: pods.length };
  }
  return undefined;
}
