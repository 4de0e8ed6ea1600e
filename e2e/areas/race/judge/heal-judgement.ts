/** Whether flows that were cut work again from the client's next packet on. */
import type { SpecContext } from '../../../harness/run/context.ts';
import { heldTo } from '../../../harness/run/time-bound.ts';
import { clientSends, type PlainFlows } from '../faults/race-plain-flows.ts';
import type { RaceStage } from '../stage/race-stage.ts';
import { HEAL_WITHIN_MS } from './flow-survival.ts';
import { cutFlowHeals } from './judgements.ts';

/** A client that sends meets its own retransmissions at worst: the bound is that of a TCP timeout that doubled once. */
const BOUND_MS = 3000;

export interface Healing {
  readonly cut: number;
  readonly answered: number;
  readonly ms: number;
  /** What flows that were never cut took for the same, from the same client at the same time: the machine's share. */
  readonly control: { readonly sent: number; readonly answered: number; readonly ms: number };
}

export function judgeHealing(t: SpecContext, stage: RaceStage, seen: Healing): void {
  const { cut, answered, ms, control } = seen;
  if (cut === 0) t.inconclusive('no flow was cut, so none could heal: the agent kept its map');
  const boundMs = t.bound(BOUND_MS);
  t.evidence.measure({ name: 'healed after', value: ms, unit: 'ms', bound: boundMs });
  t.evidence.measure({ name: 'flows that were never cut answered after', value: control.ms, unit: 'ms' });
  t.evidence.inShort(`${answered} of ${cut} cut flows work again, the last after ${Math.round(ms)} ms`);
  const subject = `${t.env.subject('policy-agent').name} on ${stage.agent.node.name}`;
  if (control.answered < control.sent)
    t.inconclusive(
      `${subject}: of ${control.sent} flows that were never cut ${control.answered} were answered: the way to the server is not as it was`,
    );
  const held = heldTo(boundMs, ms, control.ms);
  if (answered === cut && held === 'unclear')
    t.inconclusive(
      `${subject}: healing took ${Math.round(ms)} ms, bound ${boundMs} ms; flows that were never cut took ${Math.round(control.ms)} ms for the same`,
    );
  t.judge(cutFlowHeals, {
    outcome: answered < cut ? 'stays-cut' : held === 'late' ? 'healed-late' : 'healed',
    facts: { after: 'programs-changed' },
    measures: { 'share-healed': answered / cut },
    subject,
    expected: `all ${cut} cut flows to work again within ${boundMs} ms of the client's next packet`,
    observed: `${answered} work again, the last after ${Math.round(ms)} ms`,
    durationMs: ms,
  });
}

/** The client sends on the cut flows and on the control at once, from one program. */
export async function watchHealing(
  t: SpecContext,
  stage: RaceStage,
  idle: PlainFlows,
  deaf: readonly number[],
  control: PlainFlows,
): Promise<Healing> {
  const all = Array.from({ length: control.count }, (_, flow) => flow);
  const [healed, others] = await Promise.all([
    clientSends(t, stage, idle, deaf, HEAL_WITHIN_MS),
    clientSends(t, stage, control, all, HEAL_WITHIN_MS),
  ]);
  return { cut: deaf.length, ...healed, control: { sent: control.count, ...others } };
}
