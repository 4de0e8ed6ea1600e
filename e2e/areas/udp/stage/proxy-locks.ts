/** Locks of specs that judge a service proxy: many may watch it at once, who restarts it needs it alone. */
import { CONNTRACK_TABLE } from '../../../harness/conntrack/conntrack-follower.ts';
import type { Lock } from '../../../harness/run/spec.ts';
import { KEEPS_TCP_TIMEOUT } from '../../../harness/conntrack/tcp-timeout-lock.ts';

const watchers: readonly Lock[] = [{ name: CONNTRACK_TABLE, shared: true }, KEEPS_TCP_TIMEOUT];

export const SHARES_PROXY: readonly Lock[] = [{ name: 'cluster/proxy', shared: true }, ...watchers];

export const OWNS_PROXY: readonly Lock[] = ['cluster/proxy', ...watchers];
