/** Kubernetes objects of the UDP specs: the Service in all its shapes, server and client pods. Pure. */
import type { IpFamily } from '../../../harness/cluster/cluster.ts';
import type { KubernetesObject } from '../../../harness/cluster/kubernetes-object.ts';

export const SERVICE_NAME = 'svc';
export const SERVICE_PORT = 80;
export const MEMBER_LABEL = 'staleproof.dev/endpoint-of';

export interface ServiceShape {
  readonly type?: 'ClusterIP' | 'NodePort' | 'LoadBalancer';
  readonly families?: readonly IpFamily[];
  readonly protocols?: readonly ('UDP' | 'TCP')[];
  /** What the server listens on; default 80. */
  readonly targetPort?: number;
  readonly internalTrafficPolicy?: 'Local';
  readonly externalTrafficPolicy?: 'Local';
  readonly externalIPs?: readonly string[];
  readonly clusterIP?: string;
  readonly sessionAffinity?: 'ClientIP';
  /** Several UDP ports instead of one on `SERVICE_PORT`. */
  readonly udpPorts?: readonly { readonly name: string; readonly port: number; readonly targetPort: number }[];
  /** No selector: the spec writes the EndpointSlices. */
  readonly slicesByHand?: true;
}

export interface ServiceObject extends KubernetesObject {
  readonly spec: {
    readonly clusterIP: string;
    readonly clusterIPs: readonly string[];
    readonly ports: readonly { readonly name: string; readonly protocol: string; readonly nodePort?: number }[];
  };
}

export interface PodObject extends KubernetesObject {
  readonly spec: { readonly nodeName?: string };
  readonly status?: {
    readonly phase?: string;
    readonly podIPs?: readonly { readonly ip: string }[];
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly containerStatuses?: readonly {
      readonly name: string;
      readonly state?: {
        readonly waiting?: { readonly reason?: string; readonly message?: string };
        readonly running?: object;
      };
    }[];
  };
}

export interface EndpointSliceObject extends KubernetesObject {
  readonly addressType: string;
  readonly ports?: readonly { readonly port?: number; readonly name?: string }[];
  readonly endpoints?: readonly {
    readonly addresses: readonly string[];
    readonly conditions?: { readonly ready?: boolean; readonly serving?: boolean; readonly terminating?: boolean };
    readonly targetRef?: { readonly name?: string };
  }[];
}

export function serviceObject(namespace: string, shape: ServiceShape): KubernetesObject & { readonly spec: object } {
  const { families, protocols = ['UDP'], targetPort = 80 } = shape;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: SERVICE_NAME, namespace },
    spec: {
      type: shape.type ?? 'ClusterIP',
      ...(shape.slicesByHand === true ? {} : { selector: { [MEMBER_LABEL]: SERVICE_NAME } }),
      ports:
        shape.udpPorts?.map((port) => ({ ...port, protocol: 'UDP' })) ??
        protocols.map((protocol) => ({ name: protocol.toLowerCase(), protocol, port: SERVICE_PORT, targetPort })),
      ...(families === undefined
        ? {}
        : {
            ipFamilies: families.map((family) => (family === 'ipv4' ? 'IPv4' : 'IPv6')),
            ipFamilyPolicy: families.length > 1 ? 'RequireDualStack' : 'SingleStack',
          }),
      ...(shape.clusterIP === undefined ? {} : { clusterIP: shape.clusterIP }),
      ...(shape.internalTrafficPolicy === undefined ? {} : { internalTrafficPolicy: shape.internalTrafficPolicy }),
      ...(shape.externalTrafficPolicy === undefined ? {} : { externalTrafficPolicy: shape.externalTrafficPolicy }),
      ...(shape.externalIPs === undefined ? {} : { externalIPs: shape.externalIPs }),
      ...(shape.sessionAffinity === undefined ? {} : { sessionAffinity: shape.sessionAffinity }),
    },
  };
}

export interface PodShape {
  readonly namespace: string;
  readonly name: string;
  readonly node: string;
  readonly image: string;
  readonly command: readonly string[];
  /** Carries the Service's label from the start. */
  readonly member?: boolean;
  readonly hostNetwork?: boolean;
  readonly graceSeconds?: number;
  /** HTTP readiness on this port; without it the pod is Ready as soon as its container runs. */
  readonly readinessPort?: number;
  readonly capabilities?: readonly string[];
}

export function podObject(shape: PodShape): KubernetesObject & { readonly spec: object } {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: shape.name,
      namespace: shape.namespace,
      labels: shape.member === true ? { [MEMBER_LABEL]: SERVICE_NAME } : {},
    },
    spec: {
      // Placed by hand: where client and servers run is part of the claim.
      nodeName: shape.node,
      tolerations: [{ operator: 'Exists' }],
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: shape.graceSeconds ?? 0,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      ...(shape.hostNetwork === true ? { hostNetwork: true } : {}),
      containers: [
        {
          name: 'main',
          image: shape.image,
          imagePullPolicy: 'IfNotPresent',
          command: shape.command,
          ...(shape.readinessPort === undefined
            ? {}
            : {
                readinessProbe: {
                  httpGet: { path: '/', port: shape.readinessPort },
                  periodSeconds: 1,
                  failureThreshold: 1,
                },
              }),
          ...(shape.capabilities === undefined
            ? {}
            : { securityContext: { capabilities: { add: shape.capabilities } } }),
        },
      ],
    },
  };
}

export function familyOf(ip: string): IpFamily {
  return ip.includes(':') ? 'ipv6' : 'ipv4';
}
