/** Whether the kernel's rows of established connections outlive a SYN that policy denies. */
import type { SpecContext } from '../../../harness/run/context.ts';
import type { RaceFlows } from '../evidence/race-flow-set.ts';
import { flowsInKernel } from '../evidence/race-premises.ts';
import type { RaceStage } from '../stage/race-stage.ts';
import { establishedRowKept } from './judgements.ts';
import { lastLook } from './last-look.ts';

/** A row whose time was cut to a second is gone by then. */
const watchMs = 5000;
const lookEveryMs = 500;
const leastDenied = 0.9;

export interface EstablishedRows {
  /** Flows into which a SYN was sent, and how many of those SYNs the agent denied. */
  readonly count: number;
  readonly denied: number;
  /** Rows at the last look: of those flows, and of as many that were left alone. */
  readonly rows: number;
  readonly controlRows: number;
  readonly controlCount: number;
  readonly durationMs: number;
}

/** Looks at the rows until those that were hit are gone or the time is over. */
export async function watchRows(t: SpecContext, stage: RaceStage, hit: RaceFlows, control: RaceFlows) {
  const time = { withinMs: t.wait(watchMs), everyMs: lookEveryMs };
  const rowsOf = async (flows: RaceFlows): Promise<number> => (await flowsInKernel(stage, flows, t.signal)).size;
  const { seen: rows, durationMs } = await lastLook(
    t,
    time,
    () => rowsOf(hit),
    (left) => left === 0,
  );
  return { rows, controlRows: await rowsOf(control), durationMs };
}

export function judgeRowsKept(t: SpecContext, stage: RaceStage, seen: EstablishedRows): void {
  const { count, denied, rows, controlRows, controlCount, durationMs } = seen;
  const subject = `${t.env.subject('policy-agent').name} on ${stage.agent.node.name}, connections of ${stage.client.ip} that its map lacks`;
  if (denied < leastDenied * count)
    t.inconclusive(`${subject}: the agent denied only ${denied} of ${count} SYNs: the rest did not reach its filter`);
  if (controlRows < controlCount)
    t.inconclusive(`${subject}: the kernel forgot ${controlCount - controlRows} connections that nobody touched`);
  const ended = count - rows;
  t.evidence.measure({ name: 'rows ended', value: ended, unit: 'rows', bound: 0 });
  t.evidence.inShort(`${rows} of ${count} established connections still in the kernel’s table, ${ended} ended`);
  t.judge(establishedRowKept, {
    outcome: ended === 0 ? 'kept' : 'ended-by-denied-syn',
    facts: { syn: 'reply-direction' },
    measures: { ended, 'share-ended': ended / count },
    subject,
    expected: `the kernel to keep the rows of all ${count} established connections into which a denied SYN was sent`,
    observed: `${ended} rows are gone after ${Math.round(durationMs)} ms, while all ${controlCount} without such a SYN are there`,
    durationMs,
    tries: count,
  });
}
