/** How one race is to be run. */

export interface AttackPlan {
  readonly mode: 'held' | 'ballast';
  readonly protocol: 'tcp' | 'udp';
  readonly flows: number;
  /** Source ports are never used twice in one pod: NAT may still remember them. */
  readonly iteration: number;
  /** `first`: the first pass that could delete the keys. `any`: the first pass that does, be it the second or third. */
  readonly window: 'first' | 'any';
  /** Deletes a second as an earlier race measured them. */
  readonly rate?: number | undefined;
}
