/** What a port mapper is held to. It is one program that ends before the pod begins, or before the pod is called gone. */

/** From when the pod's program says that it serves until new flows reach it: its rules were written before it was started. */
export const RULES_BOUND_MS = 5_000;

/** From when the pod is gone with its network, or new flows reach the next one, until the row is gone. */
export const REMOVAL_BOUND_MS = 5_000;

/** What each sender may lose from when new flows reach the sink. */
export const SENDER_BOUND_MS = 1_000;

/** Nobody's processes can be asked how long they waited: `heldTo` is given no share of the machine's. */
export function describeUnclear(boundMs: number, tookMs: number): string {
  return `took ${Math.round(tookMs)} ms, bound ${boundMs} ms; the plugin has ended, so how long it waited for a processor cannot be read`;
}
