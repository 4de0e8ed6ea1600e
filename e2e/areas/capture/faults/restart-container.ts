/** The target's process dies and the kubelet starts its container again: UID, sandbox and network namespace stay. */
import { sandboxesOf } from './recreate-sandbox.ts';
import type { CaptureInstance, CaptureStage } from '../stage/capture-stage.ts';

/** Returns the new process's incarnation once the sink hears it. That the sandbox stayed is proven. */
export async function restartContainer(stage: CaptureStage, instance: CaptureInstance): Promise<string> {
  const { cluster } = stage.t.env;
  const before = await sandboxesOf(instance.node, instance.uid);
  // The process is PID 1 of its container, which only a signal that it handles ends: SIGTERM.
  await cluster.api.exec({ namespace: instance.namespace, name: instance.name }, ['sh', '-c', 'kill -TERM 1'], {
    signal: stage.t.signal,
  });
  stage.t.evidence.record({ kind: 'fault', lane: instance.name, summary: 'SIGTERM to the target’s process' });
  const incarnation = await stage.learn(instance);
  await stage.heard(instance, 20, incarnation);
  const after = await sandboxesOf(instance.node, instance.uid);
  await stage.t.evidence.require({
    name: 'the container was restarted in its sandbox',
    lane: instance.name,
    prove: () =>
      Promise.resolve(
        after.length === 1 && after[0] === before[0]
          ? {
              proven: true,
              value: incarnation,
              summary: `process ${incarnation} in sandbox ${String(after[0]).slice(0, 13)}`,
            }
          : { proven: false, reason: `sandboxes before: ${before.join(' ')}; after: ${after.join(' ')}` },
      ),
  });
  return incarnation;
}
