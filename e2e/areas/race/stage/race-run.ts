/** What every race spec does between its literal and its judgement: stage, premises, attacks as often as asked. */
import { CONNTRACK_TABLE } from '../../../harness/conntrack/conntrack-follower.ts';
import { judgeRace } from '../judge/race-judgement.ts';
import { pathIsOpen, policyIsEnforced } from '../evidence/race-premises.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import type { Lock } from '../../../harness/run/spec.ts';
import { attack, requireStrength } from '../faults/race-attack.ts';
import type { AttackPlan } from '../faults/attack-plan.ts';
import type { RaceOwner } from './race-objects.ts';
import { applyRacePolicy, openRaceStage, type RaceStage } from './race-stage.ts';
import { KEEPS_TCP_TIMEOUT } from '../../../harness/conntrack/tcp-timeout-lock.ts';

/**
 * Agents share a kernel and a node's table: races never overlap. Nor does a spec that follows conntrack events run beside
 * them: a ballast of 100,000 rows drowns the few that it waits for.
 */
export const RACE_LOCKS: readonly Lock[] = ['node/policy-agent', CONNTRACK_TABLE, KEEPS_TCP_TIMEOUT];

export interface RaceShape {
  readonly owner: RaceOwner;
  readonly protocol?: 'tcp' | 'udp';
  readonly throughService?: boolean;
  readonly window?: AttackPlan['window'];
  readonly periods?: number;
  /** Overrides `--race-mode`. */
  readonly mode?: AttackPlan['mode'];
}

const usualFlows = 2000;
/** One race with all its preparations; the second window comes two periods later. */
const periodsARace = 6;
const raceMs = 60_000;

/** Deletes a second by agent and node, as the last race there showed them: sizes the ballast of the next. */
const measuredRates = new Map<string, number>();

/** Opens the stage and proves that policy is enforced where it is not open by itself. */
export async function openEnforcedStage(t: SpecContext, shape: RaceShape): Promise<RaceStage> {
  const stage = await t.step('start client and server', () =>
    openRaceStage(t, {
      owner: shape.owner,
      throughService: shape.throughService ?? false,
      ...(shape.periods === undefined ? {} : { periods: shape.periods }),
    }),
  );
  await t.evidence.require(pathIsOpen(stage));
  await t.step('isolate the owner of the entries', () => applyRacePolicy(t, stage));
  await t.evidence.require(policyIsEnforced(stage));
  return stage;
}

/** Runs the race `--iterations` times (once by default) and judges each. */
export async function race(t: SpecContext, shape: RaceShape): Promise<void> {
  const iterations = t.iterations ?? 1;
  const stage = await openEnforcedStage(t, { ...shape, periods: periodsARace * iterations });
  if (iterations > 1) t.moreTime((iterations - 1) * raceMs, `${iterations} races`);
  const mode = shape.mode ?? raceMode(t);
  const asked = t.env.options['raceFlows'];
  const flows = typeof asked === 'number' ? asked : usualFlows;
  const agentKey = `${t.env.subject('policy-agent').name} ${t.env.cluster.name}/${stage.agent.node.name}`;
  for (let iteration = 0; iteration < iterations; iteration += 1) {
    const plan: AttackPlan = {
      mode,
      protocol: shape.protocol ?? 'tcp',
      flows,
      iteration,
      window: shape.window ?? 'first',
      rate: measuredRates.get(agentKey),
    };
    const result = await attack(t, stage, plan);
    if (result.rate !== undefined) measuredRates.set(agentKey, result.rate);
    await judgeRace(t, stage, result);
    requireStrength(result, mode);
  }
}

/** `natural` has a spec of its own; where it is chosen, the others keep to their default. */
export function raceMode(t: SpecContext): AttackPlan['mode'] {
  const chosen = t.env.options['raceMode'] ?? 'ballast';
  if (chosen === 'held' && t.env.cluster.provider !== 'kind')
    t.skip('--race-mode held stops the agent; only a kind cluster of the suite is treated so');
  return chosen === 'held' ? 'held' : 'ballast';
}
