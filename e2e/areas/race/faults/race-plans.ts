/** The races of a spec, one plan each, as the options of the run ask for them. */
import type { SpecContext } from '../../../harness/run/context.ts';
import type { RaceStage } from '../stage/race-stage.ts';
import type { AttackPlan } from './attack-plan.ts';
import { measuredRate } from './measured-rates.ts';

const usualFlows = 2000;
/** One race with all its preparations; the second window comes two periods later. */
const periodsARace = 6;
const raceMs = 60_000;

/** Cleanup periods that the races of a spec take together. */
export const racePeriods = (t: SpecContext): number => periodsARace * (t.iterations ?? 1);

/** As many plans as `--iterations` asks for, one by default; each knows the rate that the race before it showed. */
export function* racePlans(
  t: SpecContext,
  stage: RaceStage,
  shape: Partial<Pick<AttackPlan, 'protocol' | 'window'>> = {},
): Generator<AttackPlan> {
  const iterations = t.iterations ?? 1;
  if (iterations > 1) t.moreTime((iterations - 1) * raceMs, `${iterations} races`);
  const mode = raceMode(t);
  const flows = t.env.options.raceFlows ?? usualFlows;
  for (let iteration = 0; iteration < iterations; iteration += 1)
    yield { mode, protocol: 'tcp', window: 'first', ...shape, flows, iteration, rate: measuredRate(t, stage) };
}

/** `natural` has a spec of its own; where it is chosen, the others keep to their default. */
function raceMode(t: SpecContext): AttackPlan['mode'] {
  const chosen = t.env.options.raceMode ?? 'ballast';
  if (chosen === 'held' && t.env.cluster.provider !== 'kind')
    t.skip('--race-mode held stops the agent; only a kind cluster of the suite is treated so');
  return chosen === 'held' ? 'held' : 'ballast';
}
