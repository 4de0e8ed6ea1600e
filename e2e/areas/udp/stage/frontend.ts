/** What a flow's client sends to. `pod-ip`: to a pod itself, through no Service. */
export const FRONTENDS = ['cluster-ip', 'node-port', 'external-ip', 'load-balancer-ip', 'pod-ip'] as const;
export type Frontend = (typeof FRONTENDS)[number];
