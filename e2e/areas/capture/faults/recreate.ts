/** The fault that most captures drift on: a pod of the same name in place of another. */
import { describeInstance } from '../evidence/capture-premises.ts';
import type { CaptureInstance, CaptureStage, TalkerOptions } from '../stage/capture-stage.ts';

/**
 * Deletes the instance and creates one of the same name as soon as the API lets it; returns when the sink hears the new one.
 * That the UIDs differ and the nodes are those wanted is proven.
 */
export async function recreate(
  stage: CaptureStage,
  old: CaptureInstance,
  options: { readonly graceSeconds: number } & TalkerOptions,
): Promise<CaptureInstance> {
  const { graceSeconds, ...talker } = options;
  await stage.delete(old, { graceSeconds });
  const next = await stage.create({ node: old.node, namespace: old.namespace, name: old.name, ...talker });
  await stage.learn(next);
  await stage.heard(next, 15);
  await stage.t.evidence.require({
    name: `pod ${old.name} is another instance now`,
    lane: old.name,
    prove: () =>
      Promise.resolve(
        next.uid === old.uid
          ? { proven: false, reason: `still UID ${old.uid}` }
          : { proven: true, value: next, summary: `${describeInstance(old)} became ${describeInstance(next)}` },
      ),
  });
  return next;
}
