/** The network policy agent that a cluster already runs: found by its labels, never touched. */
import { NpaAgent, npaDefaults } from '../evidence/npa-agent.ts';
import type { Subject, SubjectContext } from './subject.ts';

const logBytes = 2_000_000;

export const npaInstalled: Subject = {
  name: 'npa@installed',
  kind: 'policy-agent',
  async preflight(context) {
    const label = text(context.options['npaPodLabel']) ?? npaDefaults.podLabel;
    const namespace = text(context.options['npaNamespace']) ?? npaDefaults.namespace;
    const pods = await context.cluster.api.list('v1', 'Pod', { namespace, labelSelector: label }, context.signal);
    return pods.length > 0 ? [] : [`no pod labelled ${label} in ${namespace} (--npa-pod-label, --npa-namespace)`];
  },
  install: () => Promise.resolve(),
  remove: () => Promise.resolve(),
  capabilities: () => Promise.resolve(['conntrack-cleanup', 'policy-endpoint', 'event-log']),
  info: () =>
    Promise.resolve({
      name: 'npa@installed',
      kind: 'policy-agent',
      versions: {},
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

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
