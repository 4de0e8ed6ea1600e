/** Whether the agent removes the entries of flows that the kernel has forgotten, in as many of its periods as it may take. */
import { countWaits } from '../../../harness/run/processor-wait.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import { describeUnclear, heldTo } from '../../../harness/run/time-bound.ts';
import { flowsInAgentMap } from '../evidence/race-premises.ts';
import type { PlainFlows } from '../faults/race-plain-flows.ts';
import { awaitCycles } from '../stage/race-passes.ts';
import type { RaceStage } from '../stage/race-stage.ts';
import { staleEntriesGone } from './judgements.ts';

/** So many bounds later nobody waits any longer, however much the machine may have taken. */
const MOST_BOUNDS = 4;

export interface StaleEntries {
  readonly count: number;
  readonly left: number;
  readonly periods: number;
  readonly periodMs: number;
  /** From when the kernel had forgotten the flows to the end of the last pass that was looked at, by the agent's own log. */
  readonly tookMs: number;
  /** What the agent's processes waited for a processor meanwhile; undefined: not known. */
  readonly machineMs: number | undefined;
}

/** Entries whose flows the kernel has forgotten go within so many of the agent's periods. */
export function judgeStaleGone(t: SpecContext, stage: RaceStage, seen: StaleEntries): void {
  const { count, left, periods, tookMs, machineMs } = seen;
  const boundMs = t.bound(periods * seen.periodMs);
  t.evidence.measure({ name: 'stale entries gone after', value: tookMs, unit: 'ms', bound: boundMs });
  const held = heldTo(boundMs, tookMs, machineMs);
  const subject = `${t.env.subject('policy-agent').name} on ${stage.agent.node.name}`;
  // Before the bound nothing is owed yet: such a look is none that this is called with.
  if (held === 'unclear') t.inconclusive(`${subject}: cleaning ${describeUnclear(boundMs, tookMs, machineMs)}`);
  t.evidence.inShort(`${count - left} of ${count} entries of ended flows removed, ${left} left`);
  t.judge(staleEntriesGone, {
    outcome: left > 0 ? 'entries-stay' : held === 'late' ? 'gone-late' : 'gone',
    facts: { map: 'of-both-protocols' },
    measures: { left },
    subject,
    expected: `all ${count} entries of ended flows to be removed within ${periods} cleanup periods (${boundMs} ms)`,
    observed: `${left} of ${count} still in its map after ${Math.round(tookMs)} ms`,
    durationMs: tookMs,
  });
}

/** Looks at the map after each of the agent's passes, until all entries are gone or are late whatever the machine took. */
export async function watchStaleEntries(
  t: SpecContext,
  stage: RaceStage,
  ended: readonly PlainFlows[],
  periods: number,
): Promise<Pick<StaleEntries, 'count' | 'left' | 'tookMs' | 'machineMs'>> {
  const boundMs = t.bound(periods * stage.periodMs);
  const waited = countWaits(t, stage.agent.node, async () => [(await stage.agent.pod(t.signal)).id]);
  const startedAtMs = Date.now() + stage.clocks.agent;
  const count = ended.reduce((sum, flows) => sum + flows.count, 0);
  for (;;) {
    const last = await awaitCycles(t, stage, 1);
    const tookMs = Math.max(0, (last?.atMs ?? 0) - startedAtMs);
    const found = await Promise.all(ended.map((plain) => flowsInAgentMap(stage, plain.flows, t.signal)));
    const left = found.reduce((sum, set) => sum + set.size, 0);
    t.evidence.record({ kind: 'counter', lane: 'agent', summary: `${left} stale entries after a delete pass` });
    const machineMs = await waited();
    const isOver = heldTo(boundMs, tookMs, machineMs) === 'late' || tookMs > MOST_BOUNDS * boundMs;
    if (left === 0 || isOver) return { count, left, tookMs, machineMs };
  }
}
