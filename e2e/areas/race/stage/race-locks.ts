/** What every race spec needs for itself. */
import { CONNTRACK_TABLE } from '../../../harness/conntrack/conntrack-follower.ts';
import { KEEPS_TCP_TIMEOUT } from '../../../harness/conntrack/tcp-timeout-lock.ts';
import type { Lock } from '../../../harness/run/spec.ts';

/**
 * Agents share a kernel and a node's table: races never overlap. Nor does a spec that follows conntrack events run beside
 * them: a ballast of 100,000 rows drowns the few that it waits for.
 */
export const RACE_LOCKS: readonly Lock[] = ['node/policy-agent', CONNTRACK_TABLE, KEEPS_TCP_TIMEOUT];
