/** A sink on its node's port, as a DaemonSet has one on every node, and its rollout. */
import type { SpecContext } from '../../../harness/run/context.ts';
import { sinkObject, SINK, type PodObject } from '../stage/host-port-objects.ts';
import type { HostPortStage, StagePod } from '../stage/host-port-stage.ts';

/** Applies that revision of the sink and returns its pod when it serves; `before`: the pod that it replaces. */
export async function rollOutSink(
  t: SpecContext,
  stage: HostPortStage,
  revision: number,
  before?: StagePod,
): Promise<StagePod> {
  const { api } = t.env.cluster;
  const { namespace, node, port } = stage;
  const command = ['node', '/app/udp-server.mjs'];
  const shape = { namespace, node: node.name, image: t.env.fixturesImage, command, mapped: [{ hostPort: port }] };
  await api.apply(sinkObject(shape, revision), t.signal);
  if (before !== undefined) t.evidence.record({ kind: 'fault', lane: before.name, summary: 'the sink is rolled out' });
  const name = await api.waitFor<PodObject, string>(
    { apiVersion: 'v1', kind: 'Pod', namespace, labelSelector: `app=${SINK}` },
    (pods) => pods.find(({ metadata }) => metadata.uid !== undefined && metadata.uid !== before?.uid)?.metadata.name,
    { timeoutMs: t.wait(60_000), signal: t.signal, what: `the sink has a pod of revision ${revision}` },
  );
  const pod = await stage.running(name, node);
  await stage.says(pod, 'serving');
  return pod;
}
