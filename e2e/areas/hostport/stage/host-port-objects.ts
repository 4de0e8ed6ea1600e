/** Kubernetes objects of the host port specs: pods that take a port of their node, senders, and a sink that is rolled out. Pure. */
import type { IpFamily } from '../../../harness/cluster/cluster.ts';
import type { KubernetesObject } from '../../../harness/cluster/kubernetes-object.ts';

/** What servers listen on in their pods: another number than the host port, so that an untranslated datagram reaches nobody. */
export const CONTAINER_PORT = 80;
export const SINK = 'sink';

export interface MappedPort {
  readonly hostPort: number;
  /** An address of the node; all of them when absent. */
  readonly hostIP?: string;
  readonly protocol?: 'UDP' | 'TCP';
}

export interface PodShape {
  readonly namespace: string;
  readonly name: string;
  readonly node: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly mapped?: readonly MappedPort[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly hostNetwork?: boolean;
  /** Comes back when its node does. */
  readonly restarts?: boolean;
}

export interface PodObject extends KubernetesObject {
  readonly spec: { readonly nodeName?: string };
  readonly status?: {
    readonly podIPs?: readonly { readonly ip: string }[];
    readonly containerStatuses?: readonly { readonly state?: { readonly running?: object } }[];
  };
}

function podSpec(shape: Omit<PodShape, 'namespace' | 'name' | 'node' | 'labels'>): object {
  return {
    tolerations: [{ operator: 'Exists' }],
    // The program ends at once when it is told to. No grace at all would take the pod out of the API before its network is taken down.
    terminationGracePeriodSeconds: 1,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(shape.hostNetwork === true ? { hostNetwork: true } : {}),
    containers: [
      {
        name: 'main',
        image: shape.image,
        imagePullPolicy: 'IfNotPresent',
        command: shape.command,
        ...(shape.mapped === undefined
          ? {}
          : {
              ports: shape.mapped.map(({ hostPort, hostIP, protocol = 'UDP' }) => ({
                containerPort: CONTAINER_PORT,
                hostPort,
                protocol,
                ...(hostIP === undefined ? {} : { hostIP }),
              })),
            }),
      },
    ],
  };
}

export function podObject(shape: PodShape): KubernetesObject {
  const { namespace, name, node, labels = {} } = shape;
  const object = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels },
    // Placed by hand: where client and servers run is part of the claim.
    spec: { nodeName: node, restartPolicy: shape.restarts === true ? 'Always' : 'Never', ...podSpec(shape) },
  };
  return object;
}

/** One pod on one node, as a sink for logs or metrics has one on every node; `revision` changes when it is rolled out. */
export function sinkObject(shape: Omit<PodShape, 'name' | 'labels'>, revision: number): KubernetesObject {
  const labels = { app: SINK };
  const object = {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: SINK, namespace: shape.namespace },
    spec: {
      selector: { matchLabels: labels },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } },
      template: {
        metadata: { labels, annotations: { 'staleproof.dev/revision': String(revision) } },
        spec: { nodeSelector: { 'kubernetes.io/hostname': shape.node }, ...podSpec(shape) },
      },
    },
  };
  return object;
}

/** A Service of the host port's number in front of one pod. */
export function serviceObject(
  namespace: string,
  { port, family, app }: { readonly port: number; readonly family: IpFamily; readonly app: string },
): KubernetesObject {
  const object = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: app, namespace },
    spec: {
      selector: { app },
      ipFamilies: [family === 'ipv4' ? 'IPv4' : 'IPv6'],
      ipFamilyPolicy: 'SingleStack',
      ports: [{ name: 'udp', protocol: 'UDP', port, targetPort: CONTAINER_PORT }],
    },
  };
  return object;
}
