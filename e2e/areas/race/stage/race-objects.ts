/** The objects of a race: two pods, a Service in front of one, and the PolicyEndpoint that isolates the owner. */
import type { KubernetesObject } from '../../../harness/cluster/kubernetes-object.ts';

/** Whose entries the agent cleans: the pod whose policy does not itself allow the replies. */
export const RACE_OWNERS = ['client', 'server'] as const;
export type RaceOwner = (typeof RACE_OWNERS)[number];

// The first of the UDP ports as well: protocols differ where nothing else does.
export const tcpPort = 7100;
export const udpPorts = { first: 7100, count: 64 };
/** Knocks come to this UDP port of the client; policy forbids them from the start. */
export const bellPort = 8087;
/** Here the node tells the client that the first delete was logged; policy lets it in. */
export const signalPort = 8088;
/** Source ports of the flows that are judged begin here. */
export const firstFlowPort = 10_000;
/** Source ports from here on are ballast: nothing is judged by them, and their cleanup lines are not read. */
export const ballastPort = 32_000;
export const ballastLines = 'Conntrack cleanup.*Source port - (3[2-9]|[4-6][0-9])[0-9]{3} ';

export interface RacePod extends KubernetesObject {
  readonly spec?: unknown;
  readonly status?: {
    readonly hostIP?: string;
    readonly podIPs?: readonly { readonly ip: string }[];
    readonly containerStatuses?: readonly { readonly ready: boolean }[];
  };
}

export function racePod(shape: {
  readonly name: string;
  readonly namespace: string;
  readonly node: string;
  readonly image: string;
}): RacePod {
  const { name, namespace, node, image } = shape;
  const container = {
    name: 'race',
    image,
    imagePullPolicy: 'IfNotPresent',
    command: ['sleep', 'infinity'],
    // On a machine that has too little, the flows must be back before the agent has deleted their keys.
    resources: { requests: { cpu: '250m' } },
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: { race: name } },
    spec: {
      nodeName: node,
      terminationGracePeriodSeconds: 0,
      tolerations: [{ operator: 'Exists' }],
      containers: [container],
    },
  };
}

export function raceService(
  name: string,
  namespace: string,
  family: string,
): KubernetesObject & { readonly spec: unknown } {
  const udp = Array.from({ length: udpPorts.count }, (_, index) => udpPorts.first + index);
  const ports = [
    { name: `tcp-${tcpPort}`, protocol: 'TCP', port: tcpPort },
    ...udp.map((port) => ({ name: `udp-${port}`, protocol: 'UDP', port })),
  ];
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: { selector: { race: name }, ipFamilies: [family === 'ipv6' ? 'IPv6' : 'IPv4'], ports },
  };
}
