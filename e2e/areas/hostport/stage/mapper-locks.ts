/** Locks of specs that judge a port mapper: many may watch it at once, who takes a node down needs them alone. */
import { CONNTRACK_TABLE } from '../../../harness/conntrack/conntrack-follower.ts';
import type { Lock } from '../../../harness/run/spec.ts';

const watchers: readonly Lock[] = [
  { name: CONNTRACK_TABLE, shared: true },
  // A service proxy that starts anew deletes rows, and two of the strangers' rows go through a Service.
  { name: 'cluster/proxy', shared: true },
];

export const SHARES_MAPPER: readonly Lock[] = [{ name: 'hostport/mapper', shared: true }, ...watchers];
