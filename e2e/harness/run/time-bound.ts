/** A time beside its bound. What a slow machine may explain is neither in time nor late. */

/** `unclear`: between the bound and what the machine may have taken; where that is not known, up to twice the bound. */
export function heldTo(boundMs: number, tookMs: number, machineMs?: number): 'in-time' | 'unclear' | 'late' {
  if (tookMs <= boundMs) return 'in-time';
  return tookMs <= boundMs + (machineMs ?? boundMs) ? 'unclear' : 'late';
}

/** Both numbers, for a spec that ends as inconclusive. */
export function describeUnclear(boundMs: number, tookMs: number, machineMs?: number): string {
  const share =
    machineMs === undefined
      ? 'how long its processes waited for a processor could not be read'
      : `its processes waited ${Math.round(machineMs)} ms for a processor`;
  return `took ${Math.round(tookMs)} ms, bound ${boundMs} ms; ${share}`;
}

/** When something happened, as far as somebody looked, in ms: later than `afterMs`, and by `byMs`; without `byMs` it was never seen. */
export interface Between {
  readonly afterMs: number;
  readonly byMs?: number;
}

/**
 * The same for what is looked at now and then: it is late when a look that still missed it began later than bound and machine
 * allow, and in time when it was seen within the bound. How long the looks themselves took decides nothing.
 */
export function heldBetween(boundMs: number, seen: Between, machineMs?: number): 'in-time' | 'unclear' | 'late' {
  if (seen.byMs !== undefined && seen.byMs <= boundMs) return 'in-time';
  return heldTo(boundMs, seen.afterMs, machineMs) === 'late' ? 'late' : 'unclear';
}
