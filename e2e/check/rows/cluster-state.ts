/** What the rows of each node should look like, out of the API's objects. Pure. */
import type {
  Endpoint,
  ExpectedState,
  Frontend,
  HostPort,
  PodAddress,
  ServicePort,
} from '../../../fixtures/conntrack-look/expected-state.ts';
import { cutPod } from '../cut-objects.ts';

interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

interface Service {
  readonly metadata: Metadata;
  readonly spec?: {
    readonly type?: string;
    readonly clusterIPs?: readonly string[];
    readonly externalIPs?: readonly string[];
    readonly externalTrafficPolicy?: string;
    readonly internalTrafficPolicy?: string;
    readonly ports?: readonly {
      readonly name?: string;
      readonly protocol?: string;
      readonly port: number;
      readonly nodePort?: number;
    }[];
  };
  readonly status?: {
    readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string; readonly ipMode?: string }[] };
  };
}

interface Slice {
  readonly metadata: Metadata;
  readonly ports?: readonly { readonly name?: string; readonly protocol?: string; readonly port?: number }[];
  readonly endpoints?: readonly {
    readonly addresses: readonly string[];
    readonly nodeName?: string;
    readonly conditions?: { readonly ready?: boolean; readonly serving?: boolean };
  }[];
}

interface Node {
  readonly metadata: Metadata;
  readonly spec?: { readonly podCIDRs?: readonly string[] };
  readonly status?: { readonly addresses?: readonly { readonly type: string; readonly address: string }[] };
}

interface Pod {
  readonly metadata: Metadata;
  readonly status?: { readonly startTime?: string };
}

/** Feeds on each object once, and keeps little of it. */
export class ClusterState {
  readonly #services: Service[] = [];
  readonly #endpoints = new Map<string, Endpoint[]>();
  readonly #pods: PodAddress[] = [];
  readonly #hostPorts = new Map<string, HostPort[]>();
  readonly #nodes = new Map<string, readonly string[]>();
  readonly #podRanges = new Set<string>();
  readonly #serviceRanges = new Set<string>();

  /** Whether it was fed all that there is: of half a cluster nothing is stale for sure. */
  isWhole = false;

  readonly addNode = (item: unknown): void => {
    const { metadata, spec, status } = item as Node;
    const addresses = (status?.addresses ?? []).filter(({ type }) => type.endsWith('IP'));
    this.#nodes.set(metadata.name, addresses.map(({ address }) => address)); // prettier-ignore
    for (const range of spec?.podCIDRs ?? []) this.#podRanges.add(range);
  };

  readonly addService = (item: unknown): void => {
    const { metadata, spec, status } = item as Service;
    if (spec?.type === 'ExternalName') return;
    this.#services.push({ metadata, ...(spec && { spec }), ...(status && { status }) });
    // The first address of the range is always the API server's own Service.
    if (metadata.namespace === 'default' && metadata.name === 'kubernetes')
      for (const ip of spec?.clusterIPs ?? []) this.#serviceRanges.add(ip.includes(':') ? `${ip}/112` : `${ip}/16`);
  };

  readonly addSlice = (item: unknown): void => {
    const { metadata, ports, endpoints } = item as Slice;
    const service = `${metadata.namespace ?? ''}/${metadata.labels?.['kubernetes.io/service-name'] ?? ''}`;
    for (const { name = '', protocol = 'TCP', port } of ports ?? []) {
      if (port === undefined) continue;
      const key = `${service} ${protocol} ${name}`;
      const found = this.#endpoints.get(key) ?? [];
      this.#endpoints.set(key, found);
      for (const { addresses, nodeName = '', conditions = {} } of endpoints ?? []) {
        // Absent means ready. Serving goes on while it terminates.
        const usable = conditions.ready !== false || conditions.serving === true;
        for (const ip of addresses) found.push({ ip, port, node: nodeName, usable });
      }
    }
  };

  readonly addPod = (item: unknown): void => {
    const { namespace, name, node = '', phase, hostNetwork, ips, hostPorts } = cutPod(item);
    if (hostNetwork || phase === 'Succeeded' || phase === 'Failed') return;
    const pod = `${namespace}/${name}`;
    const startedMs = Date.parse((item as Pod).status?.startTime ?? '') || 0;
    for (const ip of ips) this.#pods.push({ pod, ip, startedMs });
    if (hostPorts.length > 0 && ips.length > 0)
      this.#hostPorts.set(node, [
        ...(this.#hostPorts.get(node) ?? []),
        ...hostPorts.map((one) => ({ ...one, pod, ips })),
      ]);
  };

  get nodes(): readonly string[] {
    return [...this.#nodes.keys()].sort();
  }

  ofNode(node: string): ExpectedState {
    return {
      ...{ node, nodeAddresses: this.#nodes.get(node) ?? [], ports: this.#ports(), pods: this.#pods },
      hostPorts: this.#hostPorts.get(node) ?? [],
      ...{ serviceRanges: [...this.#serviceRanges], podRanges: [...this.#podRanges] },
    };
  }

  #ports(): readonly ServicePort[] {
    return this.#services.flatMap(({ metadata, spec = {}, status }) => {
      const service = `${metadata.namespace ?? ''}/${metadata.name}`;
      const frontends = frontendsOf(spec, status);
      return (spec.ports ?? []).map(({ name = '', protocol = 'TCP', port, nodePort = 0 }) => ({
        ...{ service, protocol, port, nodePort, frontends },
        externalLocal: spec.externalTrafficPolicy === 'Local',
        internalLocal: spec.internalTrafficPolicy === 'Local',
        endpoints: this.#endpoints.get(`${service} ${protocol} ${name}`) ?? [],
      }));
    });
  }
}

function frontendsOf(spec: NonNullable<Service['spec']>, status: Service['status']): readonly Frontend[] {
  const balancers = (status?.loadBalancer?.ingress ?? []).filter(({ ipMode }) => ipMode !== 'Proxy');
  const all = [
    ...(spec.clusterIPs ?? []).map((ip) => ({ kind: 'cluster-ip', ip }) as const),
    ...(spec.externalIPs ?? []).map((ip) => ({ kind: 'external-ip', ip }) as const),
    ...balancers.map(({ ip = '' }) => ({ kind: 'load-balancer', ip }) as const),
  ];
  return all.filter(({ ip }) => ip !== '' && ip !== 'None');
}
