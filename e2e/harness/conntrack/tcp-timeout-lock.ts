/** A node's timeout of silent TCP connections: who shortens it has the connections of others cut, so those share this lock. */
import type { Lock } from '../run/spec.ts';

export const TCP_TIMEOUT = 'cluster/conntrack-tcp-timeout';

export const KEEPS_TCP_TIMEOUT: Lock = { name: TCP_TIMEOUT, shared: true };
