/**
 * Who disturbs whom. A stage's target lives on the second worker, where nobody touches the agent, unless its spec takes away
 * what is on one node only: it owns the first worker, and the others go on meanwhile. What concerns every node has both.
 */
import type { Lock } from '../../../harness/run/spec.ts';

export const SHARES_AGENTS: readonly Lock[] = [{ name: 'capture/second-worker', shared: true }];
/** With `openCaptureStage(t, 'first')`. */
export const OWNS_FIRST_AGENT: readonly Lock[] = ['capture/first-worker'];
export const OWNS_AGENTS: readonly Lock[] = ['capture/first-worker', 'capture/second-worker'];
