/** How long a proxy may take. */

/** kube-proxy looks at changes once per minSyncPeriod (1 s) and then writes its rules; a busy machine gets the rest. */
export const RULES_BOUND_MS = 10_000;

/** From when the change was visible and its rules were written: a proxy that cleans does so in the same pass. */
export const REMOVAL_BOUND_MS = 5_000;

/** From when the change was visible until a flow works again, where no fresh flows tell rules and rows apart. */
export const HANDOVER_BOUND_MS = 10_000;
