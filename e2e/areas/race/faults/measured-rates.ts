/** Deletes a second by agent and node, as the last race there showed them: sizes the ballast of the next. */
import type { SpecContext } from '../../../harness/run/context.ts';
import type { RaceStage } from '../stage/race-stage.ts';

const rates = new Map<string, number>();

const keyOf = (t: SpecContext, stage: RaceStage): string =>
  `${t.env.subject('policy-agent').name} ${t.env.cluster.name}/${stage.agent.node.name}`;

export const measuredRate = (t: SpecContext, stage: RaceStage): number | undefined => rates.get(keyOf(t, stage));

export function keepRate(t: SpecContext, stage: RaceStage, rate: number): void {
  rates.set(keyOf(t, stage), rate);
}
