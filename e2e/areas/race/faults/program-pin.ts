/** Makes an agent's load of its programs fail for sure, without a hand on the agent: a folder stands where a program is pinned. */
import type { SpecContext } from '../../../harness/run/context.ts';
import { ingressPin } from '../evidence/agent-pins.ts';
import type { RaceStage } from '../stage/race-stage.ts';

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
