/** The pod's sandbox dies and the kubelet makes another: same UID, other network namespace, MAC and usually address. */
import type { ClusterNode } from '../../../harness/cluster/cluster.ts';
import type { CaptureInstance, CaptureStage } from '../stage/capture-stage.ts';

/** Sandbox ids of a pod instance as the node's containerd has them, running ones only. */
export async function sandboxesOf(node: ClusterNode, uid: string): Promise<readonly string[]> {
  const filter = `labels."io.kubernetes.pod.uid"==${uid},labels."io.cri-containerd.kind"==sandbox`;
  const [known, tasks] = await Promise.all([
    node.run(['ctr', '-n', 'k8s.io', 'containers', 'list', '-q', filter]),
    node.run(['ctr', '-n', 'k8s.io', 'tasks', 'list']),
  ]);
  const running = new Set(
    tasks.split('\n').flatMap((line) => (/\sRUNNING/.test(line) ? [line.split(/\s+/)[0] ?? ''] : [])),
  );
  return known
    .split('\n')
    .map((line) => line.trim())
    .filter((id) => id !== '' && running.has(id));
}

/** Kills the pause process; returns the new process's incarnation once the sink hears it. Proven by the sandbox ids. */
export async function recreateSandbox(stage: CaptureStage, instance: CaptureInstance): Promise<string> {
  const { node, uid } = instance;
  const before = await sandboxesOf(node, uid);
  const [id = ''] = before;
  await node.run(['ctr', '-n', 'k8s.io', 'tasks', 'kill', '-s', 'SIGKILL', id], { signal: stage.t.signal });
  stage.t.evidence.record({
    kind: 'fault',
    lane: instance.name,
    summary: `pause of sandbox ${id.slice(0, 13)} killed`,
  });
  const incarnation = await stage.learn(instance);
  await stage.heard(instance, 20, incarnation);
  const after = await sandboxesOf(node, uid);
  await stage.t.evidence.require({
    name: 'the pod has another sandbox under its UID',
    lane: instance.name,
    prove: () =>
      Promise.resolve(
        after.length === 1 && after[0] !== id
          ? { proven: true, value: after, summary: `${id.slice(0, 13)} became ${String(after[0]).slice(0, 13)}` }
          : { proven: false, reason: `sandboxes before: ${before.join(' ')}; after: ${after.join(' ')}` },
      ),
  });
  return incarnation;
}
