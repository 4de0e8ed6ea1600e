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
