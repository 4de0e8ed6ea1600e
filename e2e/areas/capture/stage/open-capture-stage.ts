/** Makes what every capture spec stands on: a sink on one node, a noisy decoy on the other, both talking. */
import { CaptureTruth } from '../evidence/capture-truth.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import { asCaptureSubject } from '../subjects/capture-subject.ts';
import { sinkPod, type CapturePod } from './capture-objects.ts';
import { CaptureStage } from './capture-stage.ts';

const POD_MS = 60_000;

/** Opens a stage: namespace, sink on the other node, decoy on the target's node (see capture-locks.ts), both talking. */
export async function openCaptureStage(t: SpecContext, place: 'first' | 'second' = 'second'): Promise<CaptureStage> {
  const { cluster, fixturesImage } = t.env;
  const subject = asCaptureSubject(t.env.subject('packet-capture'));
  const [first, second] = await cluster.workers();
  const [node, otherNode] = place === 'first' ? [first, second] : [second, first];
  if (node === undefined || otherNode === undefined)
    t.skip('needs two worker nodes: one for the target, one for the sink');
  const made: { remove?: (signal: AbortSignal) => Promise<void> } = {};
  t.defer('remove the namespace', async (signal) => made.remove?.(signal));
  const namespace = await cluster.createNamespace(t.slug, { podSecurity: 'privileged', signal: t.signal });
  made.remove = (signal) => namespace.remove(signal);
  const bind = cluster.primaryFamily === 'ipv6' ? '::' : '0.0.0.0';
  await cluster.api.apply(sinkPod(namespace.name, fixturesImage, otherNode.name, bind), t.signal);
  const sinkIp = await cluster.api.waitFor<CapturePod, string>(
    { apiVersion: 'v1', kind: 'Pod', namespace: namespace.name, name: 'sink' },
    ([pod]) => (pod?.status?.containerStatuses?.[0]?.state?.running === undefined ? undefined : pod.status.podIP),
    { timeoutMs: t.wait(POD_MS), signal: t.signal, what: `the sink runs on ${otherNode.name}` },
  );
  const truth = new CaptureTruth();
  const log = await cluster.api.followLogs({ namespace: namespace.name, name: 'sink' }, t.signal);
  t.defer('stop reading the sink’s log', () => log.stop());
  log.onLine(truth.take);
  const stage = new CaptureStage({ t, subject, namespace: namespace.name, node, otherNode, truth, sinkIp });
  stage.apiAnswersBefore = await subject.apiAnswers(cluster, node.name, t.signal);
  const dnsName = 'kubernetes.default.svc.cluster.local';
  stage.decoy = await stage.create({ name: 'decoy', periodMs: 20, dnsName });
  return stage;
}
