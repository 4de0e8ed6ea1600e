/** What a service proxy may be able to do. A spec that needs one of these is skipped where the subject does not report it. */
export type ProxyCapability =
  /** A flow through a Service has a row in the conntrack table of its node, which names the server. */
  | 'conntrack-rows'
  /** It translates each datagram, not only those of a connected socket. */
  | 'unconnected-datagrams'
  /** Serves NodePorts. */
  | 'node-port'
  /** Serves external IPs. */
  | 'external-ip'
  /** Serves the addresses of load balancers. */
  | 'load-balancer-ip'
  /** Keeps a client at its server. */
  | 'session-affinity'
  /** Knows internalTrafficPolicy and externalTrafficPolicy. */
  | 'traffic-policy'
  /** Serves both families at once. */
  | 'dual-stack'
  /** Writes its rules by programs in its pods, which a fault may take away. */
  | 'rule-program'
  /** Runs in pods of its own, which a fault may restart. */
  | 'restart';

declare module '../../../harness/subject/subject.ts' {
  interface SubjectKinds {
    'service-proxy': ProxyCapability;
  }
}
