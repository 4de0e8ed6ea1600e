/** The network policy agent that a cluster already runs: found by its labels, never touched. */
import { agentWord } from './agent-word.ts';
import { CAN, NPA } from './kind.ts';
import type { KubernetesObject } from '../../../harness/cluster/kubernetes-object.ts';
import { lackingEvidence } from '../evidence/agent-evidence.ts';
import { NpaAgent, npaContainer, npaDefaults } from '../evidence/npa-agent.ts';
import { hiddenByLevel } from '../evidence/npa-log-reading.ts';
import type { Subject, SubjectContext } from '../../../harness/subject/subject.ts';

const logBytes = 2_000_000;

interface AgentPod extends KubernetesObject {
  readonly spec?: { readonly containers?: readonly { readonly name: string; readonly image: string }[] };
}

export const npaInstalled: Subject = {
  name: 'npa@installed',
  kind: 'policy-agent',
  async preflight(context) {
    const { namespace, label } = placeOf(context);
    const pods = await podsOf(context);
    if (pods.length === 0) return [`no pod labelled ${label} in ${namespace} (--npa-pod-label, --npa-namespace)`];
    const lacking = new Set(
      pods.flatMap((pod) => lackingEvidence(pod, { namespace, owner: ownerOf(pod), container: containerOf(pod) })),
    );
    if (lacking.size > 0) return [...lacking];
    const hidden = (await context.cluster.workers()).map(async (node) => {
      const agent = new NpaAgent(context.cluster.api, node, context.options);
      const { settings } = await agent.pod(context.signal);
      const version = await agent.version(context.signal).catch(() => undefined);
      return hiddenByLevel(settings.logLevel, version, node.name) ?? [];
    });
    return (await Promise.all(hidden)).flat();
  },
  install: () => Promise.resolve(),
  remove: () => Promise.resolve(),
  capabilities: () => Promise.resolve(CAN),
  info: async (context) => ({
    name: 'npa@installed',
    kind: 'policy-agent',
    product: NPA,
    version: (await agentWord(context)).version,
    versions: imagesOf(await podsOf(context)),
    remarks: ['the agent that the cluster runs; it was neither installed nor changed'],
  }),
  logs: npaLogs,
};

/** The end of the agent's log file of every worker. */
export async function npaLogs(context: SubjectContext): Promise<Readonly<Record<string, string>>> {
  const entries = (await context.cluster.workers()).map(async (node) => {
    const agent = new NpaAgent(context.cluster.api, node, context.options);
    const tail = agent
      .logPath(context.signal)
      .then((path) => node.run(['tail', '-c', String(logBytes), path], { signal: context.signal, timeoutMs: 30_000 }));
    return [`network-policy-agent ${node.name}`, await tail.catch((error: unknown) => String(error))] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

function placeOf({ options }: SubjectContext): { readonly namespace: string; readonly label: string } {
  return {
    label: text(options.npaPodLabel) ?? npaDefaults.podLabel,
    namespace: text(options.npaNamespace) ?? npaDefaults.namespace,
  };
}

function ownerOf({ metadata }: AgentPod): string {
  const { ownerReferences } = metadata as { readonly ownerReferences?: readonly { readonly name: string }[] };
  return ownerReferences?.[0]?.name ?? metadata.name;
}

/** A pod of one container is the agent's own, whatever it is called. */
function containerOf({ spec }: AgentPod): string {
  const [first, ...others] = spec?.containers ?? [];
  return first !== undefined && others.length === 0 ? first.name : npaContainer;
}

function podsOf(context: SubjectContext): Promise<readonly AgentPod[]> {
  const { namespace, label: labelSelector } = placeOf(context);
  return context.cluster.api.list<AgentPod>('v1', 'Pod', { namespace, labelSelector }, context.signal);
}

/** Container → image without its registry; what a node pulled may differ from node to node, and then both stand there. */
function imagesOf(pods: readonly AgentPod[]): Readonly<Record<string, string>> {
  const images = new Map<string, Set<string>>();
  for (const { name, image } of pods.flatMap((pod) => pod.spec?.containers ?? []))
    images.set(name, (images.get(name) ?? new Set()).add(image.split('/').at(-1) ?? image));
  return Object.fromEntries([...images].map(([name, found]) => [name, [...found].sort().join(', ')]));
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
