/** The target's node goes down as in a power cut and comes back: every sandbox anew, the same pods, addresses as they fall. */
import { sandboxesOf } from './recreate-sandbox.ts';
import type { CaptureInstance, CaptureStage } from '../stage/capture-stage.ts';

/** Proven by the boot of the node and by the target's new sandbox; returns its new process's incarnation. */
export async function restartNode(stage: CaptureStage, target: CaptureInstance): Promise<string> {
  const { node, t } = stage;
  const { cluster } = t.env;
  if (cluster.restartNode === undefined) return t.skip('nodes of this cluster cannot be restarted');
  const [before = ''] = await sandboxesOf(node, target.uid);
  await cluster.restartNode(node, t.signal);
  t.evidence.record({ kind: 'fault', lane: 'node', summary: `${node.name} restarted` });
  return t.evidence.require({
    name: 'the target has another sandbox under its UID',
    lane: 'node',
    prove: async () => {
      const incarnation = await stage.learn(target);
      const after = await stage.wait('the target has another sandbox', 90_000, async () => {
        const now = await sandboxesOf(node, target.uid);
        return now.length === 1 && now[0] !== before ? now[0] : undefined;
      });
      return {
        proven: true,
        value: incarnation,
        summary: `${before.slice(0, 13)} became ${after.slice(0, 13)}, process ${incarnation}`,
      };
    },
  });
}
