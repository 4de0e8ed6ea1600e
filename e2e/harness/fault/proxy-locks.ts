/** Locks of specs that judge a service proxy: many may watch it at once, who restarts it needs it alone. */
import { CONNTRACK_TABLE } from '../evidence/conntrack-follower.ts';
import type { Lock } from '../run/spec.ts';

const watchers: readonly Lock[] = [
  { name: 'cluster/conntrack-sysctl', shared: true },
  { name: CONNTRACK_TABLE, shared: true },
];

export const SHARES_PROXY: readonly Lock[] = [{ name: 'cluster/proxy', shared: true }, ...watchers];

export const OWNS_PROXY: readonly Lock[] = ['cluster/proxy', ...watchers];
