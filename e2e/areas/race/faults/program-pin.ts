/** Makes an agent's load of its programs fail for sure, without a hand on the agent: a folder stands where a program is pinned. */
import type { SpecContext } from '../../../harness/run/context.ts';
import type { RaceEnd, RaceStage } from '../stage/race-stage.ts';

const pins = '/sys/fs/bpf/globals/aws/programs';

/** Where the agent pins the program for what comes in to a pod: pods whose names differ after the last dash share it. */
export function ingressPin({ name, ref }: Pick<RaceEnd, 'name' | 'ref'>): string {
  const workload = name.replaceAll('.', '_').split('-').slice(0, -1).join('-');
  return `${pins}/${workload === '' ? name : workload}@${ref.namespace}_handle_ingress`;
}

/** From now on the owner's program is loaded and cannot be pinned. Returns what clears the way; that is also done when the spec ends. */
export async function blockLoad(t: SpecContext, stage: RaceStage): Promise<() => Promise<void>> {
  const { node } = stage.agent;
  const pin = ingressPin(stage.ownerEnd);
  const told = `a folder stands at ${pin} on ${node.name}`;
  const undo = await t.env.cluster.changeNode(node, {
    told,
    argv: ['mkdir', '-p', pin],
    // Not of a pin: the agent may have made one since.
    undo: ['sh', '-c', `test ! -d ${pin} || rmdir ${pin}`],
    signal: t.signal,
  });
  t.defer(`clear ${pin}`, () => undo());
  t.evidence.record({ kind: 'fault', lane: 'agent', summary: told });
  return async () => {
    await undo();
    t.evidence.record({ kind: 'fault', lane: 'agent', summary: `the way to ${pin} is clear again` });
  };
}
