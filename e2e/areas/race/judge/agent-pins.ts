/** Whether programs and maps outlive the pod that they were loaded for. */
import type { SpecContext } from '../../../harness/run/context.ts';
import { pinsOf } from '../evidence/agent-pins.ts';
import type { RaceEnd, RaceStage } from '../stage/race-stage.ts';
import { pinsGoWithPod } from './judgements.ts';
import { lastLook } from './last-look.ts';

const goneWithinMs = 30_000;
const lookEveryMs = 1000;

export interface PodPins {
  readonly before: number;
  readonly left: readonly string[];
  readonly durationMs: number;
}

/** Looks until none is left or the bound is over. */
export async function watchPins(t: SpecContext, end: RaceEnd): Promise<Omit<PodPins, 'before'>> {
  const time = { withinMs: t.bound(goneWithinMs), everyMs: lookEveryMs };
  const { seen: left, durationMs } = await lastLook(
    t,
    time,
    () => pinsOf(end, t.signal),
    (pins) => pins.length === 0,
  );
  return { left, durationMs };
}

export function judgePins(t: SpecContext, stage: RaceStage, { before, left, durationMs }: PodPins): void {
  const subject = `${t.env.subject('policy-agent').name} on ${stage.agent.node.name}, deleted pod ${stage.ownerEnd.name}`;
  if (before === 0) t.inconclusive(`${subject}: nothing was pinned for it while it lived`);
  t.evidence.measure({ name: 'programs and maps left', value: left.length, unit: 'pins', bound: 0 });
  t.evidence.inShort(`${left.length} of ${before} programs and maps of a deleted pod left`);
  t.judge(pinsGoWithPod, {
    outcome: left.length === 0 ? 'gone' : 'pins-stay',
    facts: { pod: 'deleted' },
    measures: { 'share-left': left.length / before },
    subject,
    expected: `its ${before} programs and maps to be gone within ${t.bound(goneWithinMs)} ms of it and its policy`,
    observed: `${left.length} left after ${Math.round(durationMs)} ms${left.length === 0 ? '' : `: ${left.join(', ')}`}`,
    durationMs,
  });
}
