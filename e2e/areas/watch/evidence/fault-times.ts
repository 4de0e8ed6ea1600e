/** When the faults of a session struck, and what was changed on the server meanwhile. */
import type { MadeUpdate } from './watch-client-line.ts';
import type { Group } from './watch-path.ts';

export interface FaultTimes {
  /** Wall clock (ms) by profile name. */
  readonly fired: ReadonlyMap<string, number>;
  readonly lifted: ReadonlyMap<string, number>;
  readonly updates: Readonly<Record<Group, readonly MadeUpdate[]>>;
  /** Wall clock (ms) at which the observation ended. */
  readonly until: number;
  /** What proved a premise of all cells: that the version which clients held had expired. */
  readonly proven?: string;
}
