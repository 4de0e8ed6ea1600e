/** Where most race specs begin: client and server talk, and policy isolates the owner of the entries. */
import { pathIsOpen } from '../evidence/race-premises.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import type { RaceOwner } from '../stage/race-objects.ts';
import { applyRacePolicy, openRaceStage, type RaceStage } from '../stage/race-stage.ts';
import { requireEnforced } from './pod-isolation.ts';

export interface EnforcedShape {
  readonly owner: RaceOwner;
  readonly throughService?: boolean;
  /** Cleanup periods of the agent that the spec lasts; more of them move its deadline. */
  readonly periods?: number;
}

/** Opens the stage and proves that policy is enforced where it is not open by itself. */
export async function openEnforcedStage(t: SpecContext, shape: EnforcedShape): Promise<RaceStage> {
  const stage = await t.step('start client and server', () =>
    openRaceStage(t, {
      owner: shape.owner,
      throughService: shape.throughService ?? false,
      ...(shape.periods === undefined ? {} : { periods: shape.periods }),
    }),
  );
  await t.evidence.require(pathIsOpen(stage));
  await t.step('isolate the owner of the entries', () => applyRacePolicy(t, stage));
  await requireEnforced(t, stage);
  return stage;
}
