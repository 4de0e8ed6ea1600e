/** What every race spec does between its literal and its judgement: stage, premises, attacks as often as asked. */
import { judgeRace } from '../evidence/race-judgement.ts';
import { pathIsOpen, policyIsEnforced } from '../evidence/race-premises.ts';
import type { SpecContext } from '../run/context.ts';
import { attack, type AttackPlan, requireStrength } from './race-attack.ts';
import type { RaceOwner } from './race-objects.ts';
import { applyRacePolicy, openRaceStage, type RaceStage } from './race-stage.ts';

/** Agents share a kernel and a node's table: races never overlap. */
export const RACE_LOCKS = ['node/policy-agent'];

export interface RaceShape {
  readonly owner: RaceOwner;
  readonly protocol?: 'tcp' | 'udp';
  readonly throughService?: boolean;
  readonly window?: AttackPlan['window'];
  /** Overrides `--race-mode`. */
  readonly mode?: AttackPlan['mode'];
}

const flows = 2000;

/** Opens the stage and proves that policy is enforced where it is not open by itself. */
export async function openEnforcedStage(t: SpecContext, shape: RaceShape): Promise<RaceStage> {
  const stage = await t.step('start client and server', () =>
    openRaceStage(t, { owner: shape.owner, throughService: shape.throughService ?? false }),
  );
  await t.evidence.require(pathIsOpen(stage));
  await t.step('isolate the owner of the entries', () => applyRacePolicy(t, stage));
  await t.evidence.require(policyIsEnforced(stage));
  return stage;
}

/** Runs the race `--iterations` times (once by default) and judges each. */
export async function race(t: SpecContext, shape: RaceShape): Promise<void> {
  const stage = await openEnforcedStage(t, shape);
  const mode = shape.mode ?? raceMode(t);
  let rate: number | undefined;
  for (let iteration = 0; iteration < (t.iterations ?? 1); iteration += 1) {
    const plan: AttackPlan = {
      mode,
      protocol: shape.protocol ?? 'tcp',
      flows,
      iteration,
      window: shape.window ?? 'first',
      rate,
    };
    const result = await attack(t, stage, plan);
    await judgeRace(t, stage, result);
    requireStrength(result);
    rate = result.rate;
  }
}

/** `natural` has a spec of its own; where it is chosen, the others keep to their default. */
export function raceMode(t: SpecContext): AttackPlan['mode'] {
  const chosen = t.env.options['raceMode'] ?? 'ballast';
  if (chosen === 'held' && t.env.cluster.provider !== 'kind')
    t.skip('--race-mode held stops the agent; only a kind cluster of the suite is treated so');
  return chosen === 'held' ? 'held' : 'ballast';
}
