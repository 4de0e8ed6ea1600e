/** Pods of the capture stage. The target is quiet on purpose: every frame that is not its nonce has to be somebody else's. */
import type { KubernetesObject } from '../../../harness/cluster/kubernetes-object.ts';

export interface TalkerShape {
  readonly namespace: string;
  readonly name: string;
  readonly image: string;
  readonly node: string;
  readonly sinkIp: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly periodMs?: number;
  /** Bytes behind the nonce of each datagram. */
  readonly padBytes?: number;
  readonly graceSeconds?: number;
  /** A target that goes on speaking after SIGTERM until it is killed. */
  readonly ignoresTerm?: boolean;
  readonly exitAfterMs?: number;
  readonly restartPolicy?: 'Always' | 'Never';
  readonly hostNetwork?: boolean;
  /** Decoys ask the cluster's DNS for it. */
  readonly dnsName?: string;
}

export interface CapturePod extends KubernetesObject {
  readonly spec: { readonly nodeName?: string };
  readonly status?: {
    readonly phase?: string;
    readonly podIP?: string;
    readonly podIPs?: readonly { readonly ip: string }[];
    readonly containerStatuses?: readonly {
      readonly restartCount: number;
      readonly state?: { readonly running?: unknown };
    }[];
  };
}

export function talkerPod(shape: TalkerShape, runLabel: Readonly<Record<string, string>>): KubernetesObject {
  const variable = (name: string, value: string | number): object => ({ name, value: String(value) });
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: shape.name,
      namespace: shape.namespace,
      labels: { ...runLabel, app: shape.name, ...shape.labels },
    },
    spec: {
      nodeName: shape.node,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      restartPolicy: shape.restartPolicy ?? 'Always',
      terminationGracePeriodSeconds: shape.graceSeconds ?? 1,
      hostNetwork: shape.hostNetwork ?? false,
      tolerations: [{ operator: 'Exists' }],
      containers: [
        {
          name: 'talker',
          image: shape.image,
          imagePullPolicy: 'IfNotPresent',
          command: ['node', '/app/capture-talker.mjs'],
          env: [
            { name: 'POD_UID', valueFrom: { fieldRef: { fieldPath: 'metadata.uid' } } },
            variable('SINK', shape.sinkIp),
            variable('PERIOD_MS', shape.periodMs ?? 50),
            ...(shape.padBytes === undefined ? [] : [variable('PAD_BYTES', shape.padBytes)]),
            ...(shape.dnsName === undefined ? [] : [variable('DNS_NAME', shape.dnsName)]),
            ...(shape.ignoresTerm === true ? [variable('ON_TERM', 'ignore')] : []),
            ...(shape.exitAfterMs === undefined ? [] : [variable('EXIT_AFTER_MS', shape.exitAfterMs)]),
          ],
        },
      ],
    },
  } as KubernetesObject;
}

export function sinkPod(namespace: string, image: string, node: string, bind: string): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'sink', namespace, labels: { app: 'sink' } },
    spec: {
      nodeName: node,
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 1,
      tolerations: [{ operator: 'Exists' }],
      containers: [
        {
          name: 'sink',
          image,
          imagePullPolicy: 'IfNotPresent',
          command: ['node', '/app/capture-sink.mjs'],
          env: [{ name: 'BIND', value: bind }],
        },
      ],
    },
  } as KubernetesObject;
}
