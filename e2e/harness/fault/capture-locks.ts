/** Specs that only use the agents share them; one that takes them away has them alone. */
import type { Lock } from '../run/spec.ts';

export const SHARES_AGENTS: readonly Lock[] = [{ name: 'capture/agents', shared: true }];
export const OWNS_AGENTS: readonly Lock[] = ['capture/agents'];
