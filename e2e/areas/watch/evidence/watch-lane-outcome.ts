/** What a session gives to each of the specs that share it. */
import type { IpFamily } from '../../../harness/cluster/cluster.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import type { FaultProfile } from '../profiles/profile.ts';
import type { Path } from './watch-path.ts';
import type { CellResult } from './watch-cell.ts';
import type { MadeUpdate } from './watch-client-line.ts';

export interface Member {
  readonly t: SpecContext;
  readonly profile: FaultProfile;
}

export interface UnavailableClient {
  readonly client: string;
  readonly reason: string;
  /** Nobody asked for it by name, and a probe says that this machine cannot have it: then it is not missed. */
  readonly excused: boolean;
}

/** What happened in one lane; captures are files that the session has closed. */
export interface LaneOutcome {
  readonly path: Path;
  readonly family: IpFamily;
  /** What proved a premise of all cells. */
  readonly proven?: string;
  readonly cells: readonly CellResult[];
  /** Updates that the server acknowledged. */
  readonly updates: readonly MadeUpdate[];
  readonly captures: readonly string[];
  /** Clients that were chosen and do not run here. */
  readonly unavailable: readonly UnavailableClient[];
}
