/** What the agents that run say of themselves: what was asked to be installed is no proof of what is there. */
import { NpaAgent } from '../evidence/npa-agent.ts';
import type { SubjectContext } from '../../../harness/subject/subject.ts';

export interface AgentWord {
  /** Without `v`; undefined unless the agents of all workers say the same. */
  readonly version: string | undefined;
  /** What each worker's agent said, for reports. */
  readonly told: readonly string[];
  /** What they say of denied TCP connections, where their version says something. */
  readonly onDenied: readonly string[];
}

export async function agentWord({ cluster, options, signal }: SubjectContext): Promise<AgentWord> {
  const said = await Promise.all(
    (await cluster.workers()).map(async (node) => {
      const agent = new NpaAgent(cluster.api, node, options);
      const version = await agent.version(signal).catch(() => undefined);
      const onDenied = await agent.wordOnDenied(signal).catch(() => undefined);
      return { version, onDenied, told: `${node.name}: ${version ?? 'not told'}` };
    }),
  );
  const [first] = said;
  const agree = said.every(({ version }) => version === first?.version);
  return {
    version: agree ? first?.version : undefined,
    told: said.map(({ told }) => told),
    onDenied: [...new Set(said.flatMap(({ onDenied }) => onDenied ?? []))],
  };
}
