/** A talker that a StatefulSet keeps: whenever it is deleted the controller makes another of its name. */
import type { KubernetesObject } from '../../../harness/cluster/kubernetes-object.ts';
import { talkerPod, type CapturePod } from './capture-objects.ts';
import type { CaptureInstance, CaptureStage } from './capture-stage.ts';

const POD_MS = 60_000;
const SET = 'web';
export const STATEFUL_POD = `${SET}-0`;

/** Starts the set on the stage's node; returns its pod once the sink hears it. */
export async function startStatefulSet(stage: CaptureStage): Promise<CaptureInstance> {
  const { t, namespace, node, sinkIp } = stage;
  const { cluster, fixturesImage: image } = t.env;
  const pod = talkerPod({ name: SET, namespace, node: node.name, image, sinkIp }, {}) as KubernetesObject & {
    readonly spec: object;
  };
  const set = {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: SET, namespace },
    spec: {
      serviceName: SET,
      replicas: 1,
      podManagementPolicy: 'Parallel',
      selector: { matchLabels: { app: SET } },
      template: { metadata: { labels: pod.metadata.labels }, spec: pod.spec },
    },
  };
  // Before the namespace's pods are removed: the set would bring its own back.
  t.defer('delete the StatefulSet', (signal) =>
    cluster.api.delete({ apiVersion: 'apps/v1', kind: 'StatefulSet', name: SET, namespace }, { wait: false, signal }),
  );
  await cluster.api.apply(set, t.signal);
  return successor(stage, undefined);
}

/** Deletes the instance; returns the one that the controller makes in its place, once the sink hears it. */
export async function cycle(stage: CaptureStage, old: CaptureInstance, graceSeconds: number): Promise<CaptureInstance> {
  await stage.delete(old, { graceSeconds, waitGone: false });
  return successor(stage, old.uid);
}

/** The controller may replace a pod before it has said a word: the successor is the first that speaks. */
async function successor(stage: CaptureStage, former: string | undefined): Promise<CaptureInstance> {
  const { t, namespace, node } = stage;
  const { api } = t.env.cluster;
  const uid = await stage.wait(`the StatefulSet's next ${STATEFUL_POD} speaks`, POD_MS, async () => {
    const pod = await api.get<CapturePod>('v1', 'Pod', STATEFUL_POD, namespace, t.signal);
    const now = pod?.metadata.uid;
    return now !== undefined && now !== former && stage.truth.count(now) > 0 ? now : undefined;
  });
  const instance = stage.adopt({ name: STATEFUL_POD, namespace, node, uid });
  await stage.learn(instance);
  await stage.heard(instance, 15);
  return instance;
}
