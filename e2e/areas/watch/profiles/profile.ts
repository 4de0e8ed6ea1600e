/** What an idle load balancer does with a connection that it has forgotten. One literal per product, with where it is documented. */

export interface FaultProfile {
  readonly name: string;
  readonly summary: string;
  /** What makes the balancer forget: silence of `idleSeconds`, a command, or nothing. */
  readonly trigger: 'idle' | 'command' | 'none';
  /** `packet`: TCP stays end to end and every packet counts as activity. `proxy`: TCP ends here and only payload counts. */
  readonly model: 'packet' | 'proxy';
  /** What is sent at the moment of forgetting; `server-ends`: no balancer's doing, the server itself goes away and comes back. */
  readonly onExpiry: 'reset-both' | 'fin-both' | 'nothing' | 'server-ends';
  /** What a later packet of a forgotten connection meets. */
  readonly laterPacket: 'reset-sender' | 'drop';
  /** Seconds between expiry and the resets (a reaper that comes by now and then). */
  readonly lagSeconds: number;
  /** `flow`: new connections pass. `all`: nothing passes until the fault is lifted. */
  readonly scope: 'flow' | 'all';
  /** Idle timeout of the real product, seconds; undefined where idleness plays no part. */
  readonly realIdleSeconds?: number;
  /** A client that lost its connection must say so within this many seconds of the loss. */
  readonly noticeWithinSeconds: number;
  readonly source: { readonly title: string; readonly url: string };
}

/**
 * Default idle timeout, seconds. Above the 33 s that a 30 s keepalive may leave between packets, below the 60 s of an HTTP/2 ping
 * and of the API server's bookmarks and the 180 s of the API server's own TCP probes: one value separates all of these clients.
 */
export const defaultIdleSeconds = 45;

const packet = { model: 'packet', lagSeconds: 0, scope: 'flow' } as const;

export const faultProfiles = [
  {
    ...packet,
    name: 'none',
    summary: 'control: a router that forgets nothing',
    trigger: 'none',
    onExpiry: 'nothing',
    laterPacket: 'drop',
    noticeWithinSeconds: 30,
    source: {
      title: 'Linux nf_conntrack sysctl',
      url: 'https://www.kernel.org/doc/html/latest/networking/nf_conntrack-sysctl.html',
    },
  },
  {
    ...packet,
    name: 'azure-reset',
    summary: 'Azure Standard Load Balancer with TCP reset on idle: a bare RST to both ends',
    trigger: 'idle',
    onExpiry: 'reset-both',
    laterPacket: 'reset-sender',
    realIdleSeconds: 240,
    noticeWithinSeconds: 10,
    source: {
      title: 'Azure Load Balancer TCP reset and idle timeout',
      url: 'https://learn.microsoft.com/azure/load-balancer/load-balancer-tcp-reset',
    },
  },
  {
    ...packet,
    name: 'azure-reset-late',
    summary: 'as azure-reset, with the resets 22 s late as captured on AKS',
    trigger: 'idle',
    onExpiry: 'reset-both',
    laterPacket: 'reset-sender',
    lagSeconds: 22,
    realIdleSeconds: 240,
    noticeWithinSeconds: 35,
    source: { title: 'knet: captures of the reset on AKS', url: 'https://github.com/yangl900/knet' },
  },
  {
    ...packet,
    name: 'azure-silent',
    summary: 'Azure Load Balancer without TCP reset: the flow is dropped in silence',
    trigger: 'idle',
    onExpiry: 'nothing',
    laterPacket: 'drop',
    realIdleSeconds: 240,
    noticeWithinSeconds: 30,
    source: {
      title: 'Azure Load Balancer TCP reset and idle timeout',
      url: 'https://learn.microsoft.com/azure/load-balancer/load-balancer-tcp-reset',
    },
  },
  {
    ...packet,
    name: 'aws-nlb',
    summary: 'AWS Network Load Balancer: silence, then a RST to the sender of the next packet',
    trigger: 'idle',
    onExpiry: 'nothing',
    laterPacket: 'reset-sender',
    realIdleSeconds: 350,
    noticeWithinSeconds: 30,
    source: {
      title: 'Network Load Balancer idle timeout',
      url: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/network/update-idle-timeout.html',
    },
  },
  {
    ...packet,
    name: 'gcp-silent',
    summary: 'GCP passthrough load balancer and VPC firewall: the flow is dropped in silence',
    trigger: 'idle',
    onExpiry: 'nothing',
    laterPacket: 'drop',
    realIdleSeconds: 600,
    noticeWithinSeconds: 30,
    source: {
      title: 'GCP idle connections',
      url: 'https://cloud.google.com/compute/docs/troubleshooting/general-tips#communicatewithinternet',
    },
  },
  {
    name: 'proxy-fin',
    summary: 'a terminating proxy (HAProxy; ALB and Octavia are alike): only payload counts, both ends get a FIN',
    trigger: 'idle',
    model: 'proxy',
    onExpiry: 'fin-both',
    laterPacket: 'drop',
    lagSeconds: 0,
    scope: 'flow',
    realIdleSeconds: 50,
    noticeWithinSeconds: 10,
    source: {
      title: 'HAProxy timeout client, timeout server',
      url: 'https://docs.haproxy.org/2.6/configuration.html#4.2-timeout%20client',
    },
  },
  {
    ...packet,
    name: 'blackhole-flow',
    summary: 'established connections are dropped both ways, new ones pass',
    trigger: 'command',
    onExpiry: 'nothing',
    laterPacket: 'drop',
    noticeWithinSeconds: 62,
    source: { title: 'client-go: stale connections', url: 'https://github.com/kubernetes/client-go/issues/374' },
  },
  {
    ...packet,
    name: 'blackhole-all',
    summary: 'every packet is dropped, new connections too, until the fault is lifted',
    trigger: 'command',
    onExpiry: 'nothing',
    laterPacket: 'drop',
    scope: 'all',
    noticeWithinSeconds: 62,
    source: { title: 'kubelet: stale connections', url: 'https://github.com/kubernetes/kubernetes/issues/87615' },
  },
  {
    ...packet,
    name: 'reset-now',
    summary: 'azure-reset without the wait: the balancer forgets at a command',
    trigger: 'command',
    onExpiry: 'reset-both',
    laterPacket: 'reset-sender',
    noticeWithinSeconds: 10,
    source: {
      title: 'Azure Load Balancer TCP reset and idle timeout',
      url: 'https://learn.microsoft.com/azure/load-balancer/load-balancer-tcp-reset',
    },
  },
] as const satisfies readonly FaultProfile[];

/** Faults that are no balancer; each has a spec of its own, because the server's state is everybody's. */
export const serverFaults = [
  {
    ...packet,
    name: 'apiserver-restart',
    summary: 'the API server is told to end and is started again by the kubelet',
    trigger: 'command',
    onExpiry: 'server-ends',
    laterPacket: 'drop',
    noticeWithinSeconds: 30,
    source: {
      title: 'KEP-1904: watches over a restart of the API server',
      url: 'https://github.com/kubernetes/enhancements/issues/1904',
    },
  },
  {
    ...packet,
    name: 'version-expired',
    summary: 'a reset, and no way back until the resourceVersion that the client holds has expired (410)',
    trigger: 'command',
    onExpiry: 'reset-both',
    laterPacket: 'reset-sender',
    scope: 'all',
    noticeWithinSeconds: 10,
    source: {
      title: 'Kubernetes API concepts: 410 Gone responses',
      url: 'https://kubernetes.io/docs/reference/using-api/api-concepts/#410-gone-responses',
    },
  },
] as const satisfies readonly FaultProfile[];

/** Faults of the private path: from a pod by the Service's address, which the node's connection tracking translates. */
export const privateFaults = [
  {
    ...packet,
    name: 'private-none',
    summary: 'control: from a pod through the Service address, with the node as it is',
    trigger: 'none',
    onExpiry: 'nothing',
    laterPacket: 'drop',
    noticeWithinSeconds: 30,
    source: {
      title: 'Kubernetes virtual IPs and service proxies',
      url: 'https://kubernetes.io/docs/reference/networking/virtual-ips/',
    },
  },
  {
    ...packet,
    name: 'private-conntrack-idle',
    summary: 'from a pod through the Service address, while the node forgets connections that are silent',
    trigger: 'idle',
    onExpiry: 'nothing',
    laterPacket: 'reset-sender',
    realIdleSeconds: 86_400,
    noticeWithinSeconds: 30,
    source: {
      title: 'kubernetes#74839: a packet without a conntrack entry ends the connection',
      url: 'https://github.com/kubernetes/kubernetes/issues/74839',
    },
  },
] as const satisfies readonly FaultProfile[];

export const allProfiles: readonly FaultProfile[] = [...faultProfiles, ...serverFaults, ...privateFaults];

/** Throws with the known names when there is no such profile. */
export function profileNamed(name: string): FaultProfile {
  const found = allProfiles.find((profile) => profile.name === name);
  if (found !== undefined) return found;
  throw new Error(`no fault profile ${name}; known: ${allProfiles.map((profile) => profile.name).join(', ')}`);
}
