/** Whether established flows still work after something happened to the agent, and whether those that do not come back. */
import type { SpecContext } from '../../../harness/run/context.ts';
import { clientSends, deafFlows, type PlainFlows } from '../faults/race-plain-flows.ts';
import type { RaceStage } from '../stage/race-stage.ts';
import { type AgentChange, idleFlowsSurvive } from './judgements.ts';

/** How long a client that sends may wait for its answer before it is counted as cut for good. */
export const HEAL_WITHIN_MS = 8000;

/** What happened to the agent; `told`: the same for the sentence of the judgement. */
export async function judgeSurvival(
  t: SpecContext,
  stage: RaceStage,
  idle: PlainFlows,
  what: { readonly after: AgentChange; readonly told: string },
): Promise<void> {
  const started = t.evidence.now();
  const deaf = await deafFlows(t, stage, idle);
  const healed = deaf.length === 0 ? undefined : await clientSends(t, stage, idle, deaf, HEAL_WITHIN_MS);
  judgeSurvivors(t, stage, {
    ...what,
    count: idle.count,
    cut: deaf.length,
    healed,
    durationMs: t.evidence.now() - started,
  });
}

export interface Survivors {
  readonly after: AgentChange;
  readonly told: string;
  readonly count: number;
  readonly cut: number;
  /** Of those that were cut, once their clients had sent; undefined where none was. */
  readonly healed: { readonly answered: number; readonly ms: number } | undefined;
  readonly durationMs: number;
}

export function judgeSurvivors(t: SpecContext, stage: RaceStage, seen: Survivors): void {
  const { after, told, count, cut, healed } = seen;
  t.evidence.measure({ name: 'cut', value: cut, unit: 'flows', bound: 0 });
  t.evidence.inShort(
    `${count - cut} of ${count} flows held, ${cut} cut${healed === undefined ? '' : `, ${healed.answered} healed when the client sent`}`,
  );
  const later =
    healed === undefined
      ? ''
      : `; ${healed.answered} of them healed when the client sent, the last after ${Math.round(healed.ms)} ms`;
  const broken = healed?.answered === cut ? 'cut-until-client-sends' : 'cut-for-good';
  t.judge(idleFlowsSurvive, {
    outcome: cut === 0 ? 'all-heard' : broken,
    facts: { after },
    measures: { 'share-cut': cut / count },
    subject: `${t.env.subject('policy-agent').name} on ${stage.agent.node.name} (${told})`,
    expected: `all ${count} established idle flows to hear the server`,
    observed: `${cut} hear nothing${later}`,
    durationMs: seen.durationMs,
  });
}
