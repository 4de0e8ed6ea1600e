/** Everything that containerd runs on the target's node dies at once; the kubelet brings all of it back, in an order of its own. */
import { sandboxesOf } from './recreate-sandbox.ts';
import type { CaptureStage } from '../stage/capture-stage.ts';

/** Kills the pause process of every pod with a network of its own. Proven by the decoy's new sandbox. */
export async function killAllSandboxes(stage: CaptureStage): Promise<void> {
  const { node, t, decoy } = stage;
  if (decoy === undefined) throw new Error('the stage has no decoy');
  const before = await sandboxesOf(node, decoy.uid);
  const script = `for id in $(ctr -n k8s.io containers list -q 'labels."io.cri-containerd.kind"==sandbox'); do
    ctr -n k8s.io tasks kill -s SIGKILL "$id" 2>/dev/null; done; true`;
  // eslint-disable-next-line no-restricted-syntax -- the kubelet brings back what is killed
  await node.run(['sh', '-c', script], { signal: t.signal });
  t.evidence.record({ kind: 'fault', lane: 'node', summary: `every sandbox of ${node.name} killed` });
  await t.evidence.require({
    name: 'the decoy has another sandbox',
    lane: 'node',
    prove: async () => {
      const after = await stage.wait('the decoy has another sandbox', 90_000, async () => {
        const now = await sandboxesOf(node, decoy.uid);
        return now.length === 1 && now[0] !== before[0] ? now[0] : undefined;
      });
      return { proven: true, value: after, summary: after.slice(0, 13) };
    },
  });
}
