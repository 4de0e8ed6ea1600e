/** Whether established flows still work after something happened to the agent, and whether those that do not come back. */
import type { SpecContext } from '../../../harness/run/context.ts';
import { clientSends, deafFlows, type PlainFlows } from '../faults/race-plain-flows.ts';
import type { RaceStage } from '../stage/race-stage.ts';

/** How long a client that sends may wait for its answer before it is counted as cut for good. */
export const HEAL_WITHIN_MS = 8000;

/** `what` happened, for the sentence of the judgement. */
export async function judgeSurvival(t: SpecContext, stage: RaceStage, idle: PlainFlows, what: string): Promise<void> {
  const started = t.evidence.now();
  const deaf = await deafFlows(t, stage, idle);
  const healed = deaf.length === 0 ? undefined : await clientSends(t, stage, idle, deaf, HEAL_WITHIN_MS);
  t.evidence.measure({ name: 'cut', value: deaf.length, unit: 'flows', bound: 0 });
  t.evidence.inShort(
    `${idle.count - deaf.length} of ${idle.count} flows held, ${deaf.length} cut${healed === undefined ? '' : `, ${healed.answered} healed when the client sent`}`,
  );
  const after =
    healed === undefined
      ? ''
      : `; ${healed.answered} of them healed when the client sent, the last after ${Math.round(healed.ms)} ms`;
  t.judge({
    ok: deaf.length === 0,
    subject: `${t.env.subject('policy-agent').name} on ${stage.agent.node.name} (${what})`,
    expected: `all ${idle.count} established idle flows to hear the server`,
    observed: `${deaf.length} hear nothing${after}`,
    durationMs: t.evidence.now() - started,
  });
}
