/** Cuts the agent of the target's node off from the Kubernetes API by dropping its packets, silently, in both directions. */
import { agentsOf } from '../subjects/capture-subject.ts';
import type { CaptureStage } from '../stage/capture-stage.ts';

interface AgentPod {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: { readonly nodeName?: string };
  readonly status?: { readonly podIP?: string };
}
const TABLE = 'staleproof_capture_cut';

/** Returns what heals it; healed at the end of the spec in any case. Proven by packets that the rule counted. */
export async function cutFromApi(stage: CaptureStage): Promise<() => Promise<void>> {
  const { node, t, subject } = stage;
  const { namespace, label } = agentsOf(subject);
  const pods = await t.env.cluster.api.list<AgentPod>('v1', 'Pod', { namespace, labelSelector: label }, t.signal);
  const address = pods.find((pod) => pod.spec.nodeName === node.name)?.status?.podIP;
  if (address === undefined) return t.inconclusive(`the agent on ${node.name} has no address of its own to be cut off`);
  const family = address.includes(':') ? 'ip6' : 'ip';
  const cut: { heal?: () => Promise<void> } = {};
  t.defer('let the agent reach the API again', async () => cut.heal?.());
  const rules = `table inet ${TABLE} { chain cut { type filter hook prerouting priority -310;\n ${family} saddr ${address} counter drop\n }\n}\n`;
  const heal = await t.env.cluster.changeNode(node, {
    told: `nft table inet ${TABLE}, which drops packets of ${address}, gone`,
    argv: ['nft', '-f', '-'],
    stdin: rules,
    undo: ['sh', '-c', `! nft list table inet ${TABLE} >/dev/null 2>&1 || nft delete table inet ${TABLE}`],
    signal: t.signal,
  });
  cut.heal = heal;
  await t.evidence.require({
    name: 'packets of the agent are dropped',
    lane: 'agents',
    prove: async () => {
      const count = await stage.wait('the rule counts packets', 20_000, async () => {
        const listing = await node.run(['nft', 'list', 'table', 'inet', TABLE]);
        const packets = Number(/counter packets (\d+)/.exec(listing)?.[1] ?? 0);
        return packets > 0 ? packets : undefined;
      });
      return { proven: true, value: count, summary: `${count} packets from ${address}` };
    },
  });
  return async () => {
    await heal();
    t.evidence.record({ kind: 'fault', lane: 'agents', summary: 'the cut is healed' });
  };
}
