/**
 * Antrea's PacketCapture (crd.antrea.io/v1alpha1) as objects: what is asked for, and what its status says. Cluster scoped, at most
 * 300 s long; by source pod and direction, IP packets only. Neither spec nor status names a UID, a node or a sandbox.
 * https://github.com/antrea-io/antrea/blob/main/docs/packetcapture-guide.md
 */
import type { IpFamily } from '../../../harness/cluster/cluster.ts';
import type { KubernetesObject } from '../../../harness/cluster/kubernetes-object.ts';
import { podFilePath } from './capture-pod-file.ts';
import type { CaptureFile, CaptureRequest, CaptureView } from './capture-subject.ts';

export const ANTREA_API = 'crd.antrea.io/v1alpha1';
export const ANTREA_NAMESPACE = 'kube-system';
const LONGEST_SECONDS = 300;
/** `firstN` is an int32 and required: without a limit of the request, none that a spec could meet. */
const UNLIMITED = 2_147_483_647;

export interface AntreaCapture extends KubernetesObject {
  readonly status?: {
    readonly numberCaptured?: number;
    readonly filePath?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
      readonly lastTransitionTime?: string;
    }[];
  };
}

/** The kind is cluster scoped, and the agent names its file after the object: the namespace has to be part of the name. */
export function antreaName(namespace: string, name: string): string {
  return `${namespace}.${name}`;
}

/** Throws for what the kind cannot express: labels, and more than 300 s. */
export function antreaObject(request: CaptureRequest, family: IpFamily): KubernetesObject & { readonly spec: object } {
  const { namespace, name, podName, limits } = request;
  if (podName === undefined) throw new Error('Antrea’s PacketCapture takes one pod by its name, no labels');
  const seconds = limits?.seconds ?? LONGEST_SECONDS;
  if (seconds > LONGEST_SECONDS)
    throw new Error(`Antrea’s PacketCapture lasts at most ${LONGEST_SECONDS} s, asked for ${seconds} s`);
  return {
    apiVersion: ANTREA_API,
    kind: 'PacketCapture',
    metadata: { name: antreaName(namespace, name) },
    spec: {
      source: { pod: { namespace, name: podName } },
      destination: {},
      direction: 'Both',
      packet: { ipFamily: family === 'ipv6' ? 'IPv6' : 'IPv4' },
      timeout: seconds,
      captureConfig: { firstN: { number: limits?.packets ?? UNLIMITED } },
    },
  };
}

/** `nodeOf` tells the node of the agent pod that the file is in. A file is named once the capture is complete, not before. */
export function antreaView(object: AntreaCapture, nodeOf: (agentPod: string) => string): CaptureView {
  const { filePath = '', numberCaptured = 0, conditions = [] } = object.status ?? {};
  const started = conditions.find(({ type }) => type === 'PacketCaptureStarted');
  const complete = conditions.find(({ type }) => type === 'PacketCaptureComplete');
  const runs = started?.status === 'True';
  const over = complete?.status === 'True';
  const last = over || runs ? (complete ?? started) : started;
  const [, pod, path] = /^([^/:]+):(\/.+)$/.exec(filePath) ?? [];
  const file: readonly CaptureFile[] =
    pod === undefined || path === undefined
      ? []
      : [
          {
            epoch: 1,
            podUID: undefined,
            sandboxID: undefined,
            nodeName: nodeOf(pod),
            path: podFilePath({ namespace: ANTREA_NAMESPACE, pod, path }),
            startedAtMs: Date.parse(started?.lastTransitionTime ?? ''),
            endedAtMs: over ? Date.parse(complete.lastTransitionTime ?? '') : undefined,
            endReason: over ? complete.reason : undefined,
            packets: numberCaptured,
          },
        ];
  return {
    uid: object.metadata.uid ?? '',
    phase: over ? (complete.reason === 'Failed' ? 'Failed' : 'Completed') : runs ? 'Capturing' : 'Pending',
    capturing: runs && !over,
    reason: [last?.reason, last?.message].filter((text) => text !== undefined && text !== '').join(': '),
    podUID: undefined,
    files: file,
  };
}
