/** kpng's command line and capabilities for each backend and deployment model. Pure. */
import type { ProxyCapability } from './kind.ts';

export type KpngBackend = 'nft' | 'iptables' | 'ipvs' | 'ebpf' | 'userspacelin';
export type KpngModel = 'single' | 'split';
export type KpngDefect = 'no-conntrack-binary';

export const kpngBackends: readonly KpngBackend[] = ['nft', 'iptables', 'ipvs', 'ebpf', 'userspacelin'];

const SOCKET = 'unix:///k8s/proxy.sock';
const KUBE = ['kube', '--kubeconfig=/var/lib/kpng/kubeconfig'];

/** Only these take flags; the others call any flag a usage error. */
function backendFlags(backend: KpngBackend, clusterCidrs: readonly string[]): readonly string[] {
  if (backend === 'nft') return ['--node-name=$(NODE_NAME)', ...clusterCidrs.map((cidr) => `--cluster-cidrs=${cidr}`)];
  return backend === 'ipvs' ? ['--node-name=$(NODE_NAME)'] : [];
}

/** What the backend does, by its source and by measurement; specs that need more are skipped for it. */
export function kpngCapabilities(backend: KpngBackend): readonly ProxyCapability[] {
  // Neither pins a flow to a server by a row: one translates when a socket connects, and only then, the other carries
  // datagrams through a process.
  if (backend === 'ebpf') return ['restart'];
  if (backend === 'userspacelin') return ['restart', 'unconnected-datagrams'];
  return [
    'unconnected-datagrams',
    'conntrack-rows',
    'node-port',
    'external-ip',
    'session-affinity',
    'restart',
    // The nft backend takes cluster and external IPs only.
    ...(backend === 'nft' ? [] : (['load-balancer-ip'] as const)),
    // The iptables backend is sent an empty node name, so no endpoint is ever local to it.
    ...(backend === 'iptables' ? [] : (['traffic-policy'] as const)),
  ];
}

/** Values for the manifests' placeholders; lists are JSON, which is YAML too. */
export function kpngPlaceholders(options: {
  /** Noted at the DaemonSet, so that who finds it running knows what it is. */
  readonly subject: string;
  readonly image: string;
  readonly backend: KpngBackend;
  readonly model: KpngModel;
  readonly defect?: KpngDefect;
  readonly clusterCidrs: readonly string[];
  readonly apiServer: string;
}): Readonly<Record<string, string>> {
  const { backend, model } = options;
  const sink = [`to-${backend}`, ...backendFlags(backend, options.clusterCidrs), '--v=2'];
  const source = model === 'single' ? [...KUBE, 'to-local'] : ['local', `--api=${SOCKET}`];
  return {
    KPNG_SUBJECT: options.subject,
    KPNG_IMAGE: options.image,
    API_SERVER: options.apiServer,
    KPNG_COMMAND: JSON.stringify(options.defect === undefined ? ['kpng'] : withoutConntrack),
    BACKEND_ARGS: JSON.stringify([...source, ...sink]),
    SERVER_COMMAND: JSON.stringify(['kpng']),
    SERVER_ARGS: JSON.stringify([...KUBE, 'to-api', `--listen=${SOCKET}`]),
  };
}

/** Runs kpng with a PATH on which everything is found but the conntrack tool, as in an image that lacks it. */
const withoutConntrack = [
  'sh',
  '-c',
  'mkdir -p /tmp/path && IFS=: && for d in $PATH; do for f in "$d"/*; do case "$f" in */conntrack) ;; *) ln -sf "$f" /tmp/path/ ;; esac; done; done; PATH=/tmp/path exec kpng "$@"',
  'sh',
];
