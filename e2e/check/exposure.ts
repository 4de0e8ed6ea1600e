/** What of a cluster's own objects makes a defect matter: the Services, pods and addresses that its trigger needs. Pure. */
import type { SeenPod } from '../harness/area/running.ts';
import type { SeenService } from './cut-objects.ts';

export interface Exposed {
  readonly id: string;
  readonly what: string;
  readonly count: number;
  /** The first of them, as `namespace/name`. */
  readonly examples: readonly string[];
}

interface Kind {
  readonly what: string;
  readonly service?: (service: SeenService) => boolean;
  readonly pod?: (pod: SeenPod) => boolean;
  /** Specs whose defect it lets happen. */
  readonly specs: RegExp;
}

const EXAMPLES = 5;
const udp = (service: SeenService) => service.ports.filter(({ protocol }) => protocol === 'UDP');
const live = ({ phase }: SeenPod): boolean => phase !== 'Succeeded' && phase !== 'Failed';
const named = (pod: SeenPod, image: RegExp): boolean =>
  live(pod) && pod.containers.some((one) => image.test(one.image));

const kinds: Readonly<Record<string, Kind>> = {
  'udp-services': { what: 'UDP Services', service: (one) => udp(one).length > 0, specs: /^udp\// },
  'udp-node-ports': {
    what: 'UDP Services with node ports',
    service: (one) => udp(one).some(({ nodePort }) => nodePort !== undefined && nodePort !== 0),
    specs: /^udp\/.*node-port/,
  },
  'udp-local-policy': {
    what: 'UDP Services with externalTrafficPolicy Local',
    service: (one) => one.localOnly && udp(one).length > 0,
    specs: /^udp\/.*traffic-policy/,
  },
  'udp-several-ports': {
    what: 'UDP Services with several ports',
    service: (one) => udp(one).length > 1,
    specs: /^udp\/.*(several|two)-/,
  },
  'udp-host-ports': {
    what: 'pods with UDP host ports',
    pod: (pod) => live(pod) && !pod.hostNetwork && pod.hostPorts.some(({ protocol }) => protocol === 'UDP'),
    specs: /^hostport\//,
  },
  'host-port-53': {
    what: 'pods with host port 53, which some releases of portmap confuse with the node’s own DNS',
    pod: (pod) => live(pod) && !pod.hostNetwork && pod.hostPorts.some(({ hostPort }) => hostPort === 53),
    specs: /^hostport\/.*dns/,
  },
  coredns: { what: 'CoreDNS pods', pod: (pod) => named(pod, /(^|\/)coredns[:@]/), specs: /^udp\/.*dns/ },
  nodelocaldns: {
    what: 'NodeLocal DNSCache pods',
    pod: (pod) => named(pod, /(^|\/)k8s-dns-node-cache[:@]/),
    specs: /^udp\/.*dns/,
  },
};

/** Undefined lists were not to be read: then nothing is said of them. */
export function exposedObjects(
  services: readonly SeenService[] | undefined,
  pods: readonly SeenPod[] | undefined,
): readonly Exposed[] {
  return Object.entries(kinds).flatMap(([id, { what, service, pod }]): readonly Exposed[] => {
    const found = service === undefined ? pods?.filter(pod ?? (() => false)) : services?.filter(service);
    if (found === undefined) return [];
    const names = found.map(({ namespace, name }) => `${namespace}/${name}`).sort();
    return [{ id, what, count: names.length, examples: names.slice(0, EXAMPLES) }];
  });
}

/**
 * Of what was looked at, what the specs of a defect need; the narrowest kinds that match. Empty: the defect needs nothing that was
 * looked at, so nobody knows whether it can happen.
 */
export function exposureOf(specs: readonly string[], exposed: readonly Exposed[]): readonly Exposed[] {
  const matching = exposed.filter(({ id }) => specs.some((spec) => kinds[id]?.specs.test(spec) === true));
  const narrow = matching.filter(({ id }) => id !== 'udp-services');
  return narrow.length > 0 ? narrow : matching;
}
