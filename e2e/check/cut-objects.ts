/** Of an object of the API only what a look needs: of 100,000 pods nothing else is kept. */
import type { SeenContainer, SeenHostPort, SeenNode, SeenPod } from '../harness/area/running.ts';

interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly ownerReferences?: readonly { readonly kind: string; readonly controller?: boolean }[];
}

interface Container {
  readonly name: string;
  readonly image?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly ports?: readonly {
    readonly protocol?: string;
    readonly hostIP?: string;
    readonly hostPort?: number;
    readonly containerPort: number;
  }[];
}

interface Pod {
  readonly metadata: Metadata;
  readonly spec?: {
    readonly nodeName?: string;
    readonly hostNetwork?: boolean;
    readonly containers?: readonly Container[];
  };
  readonly status?: { readonly phase?: string; readonly podIPs?: readonly { readonly ip: string }[] };
}

interface Node {
  readonly metadata: Metadata;
  readonly spec?: { readonly podCIDRs?: readonly string[] };
  readonly status?: {
    readonly nodeInfo?: { readonly kubeletVersion?: string; readonly operatingSystem?: string };
    readonly addresses?: readonly { readonly type: string; readonly address: string }[];
  };
}

export interface SeenService {
  readonly namespace: string;
  readonly name: string;
  /** `ClusterIP`, `NodePort`, `LoadBalancer`, `ExternalName`. */
  readonly type: string;
  readonly localOnly: boolean;
  readonly ports: readonly { readonly protocol: string; readonly port: number; readonly nodePort?: number }[];
}

interface Service {
  readonly metadata: Metadata;
  readonly spec?: {
    readonly type?: string;
    readonly externalTrafficPolicy?: string;
    readonly ports?: readonly { readonly protocol?: string; readonly port: number; readonly nodePort?: number }[];
  };
}

const none: readonly never[] = [];

export function cutPod(item: unknown): SeenPod {
  const { metadata, spec = {}, status = {} } = item as Pod;
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true)?.kind ?? '';
  const containers = spec.containers ?? [];
  const hostPorts = containers.flatMap(({ ports = [] }) => ports.flatMap(hostPort));
  return {
    ...{ namespace: metadata.namespace ?? '', name: metadata.name, node: spec.nodeName, owner },
    ...{ hostNetwork: spec.hostNetwork === true, phase: status.phase ?? 'Unknown' },
    ips: (status.podIPs ?? []).map(({ ip }) => ip),
    containers: containers.map((container) => cutContainer(container, owner)),
    hostPorts: hostPorts.length === 0 ? none : hostPorts,
  };
}

/** How a workload's own container is started is nobody's business here. */
function cutContainer({ name, image = '', command = [], args = [] }: Container, owner: string): SeenContainer {
  const isSystem = owner === 'DaemonSet' || owner === 'Node';
  return { name, image, argv: isSystem ? [...command, ...args] : none };
}

function hostPort(port: NonNullable<Container['ports']>[number]): readonly SeenHostPort[] {
  if (port.hostPort === undefined) return none;
  const { protocol = 'TCP', hostIP: hostIp = '', containerPort } = port;
  return [{ protocol, hostIp, hostPort: port.hostPort, containerPort }];
}

export function cutNode(item: unknown): SeenNode {
  const { metadata, spec, status } = item as Node;
  return {
    name: metadata.name,
    kubeletVersion: status?.nodeInfo?.kubeletVersion ?? '',
    operatingSystem: status?.nodeInfo?.operatingSystem ?? '',
    addresses: (status?.addresses ?? []).filter(({ type }) => type.endsWith('IP')).map(({ address }) => address),
    podCidrs: spec?.podCIDRs ?? [],
  };
}

export function cutService(item: unknown): SeenService {
  const { metadata, spec = {} } = item as Service;
  return {
    ...{ namespace: metadata.namespace ?? '', name: metadata.name, type: spec.type ?? 'ClusterIP' },
    localOnly: spec.externalTrafficPolicy === 'Local',
    ports: (spec.ports ?? []).map(({ protocol = 'TCP', port, nodePort }) => ({
      ...{ protocol, port },
      ...(nodePort === undefined ? {} : { nodePort }),
    })),
  };
}
