/** Locks of specs that judge a service proxy: many may watch it at once, who restarts it needs it alone. */
import type { Lock } from '../run/spec.ts';

export const SHARES_PROXY: readonly Lock[] = [
  { name: 'cluster/proxy', shared: true },
  { name: 'cluster/conntrack-sysctl', shared: true },
];

export const OWNS_PROXY: readonly Lock[] = ['cluster/proxy', { name: 'cluster/conntrack-sysctl', shared: true }];
