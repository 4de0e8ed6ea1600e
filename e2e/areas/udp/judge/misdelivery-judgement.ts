/** The judgement about a stranger: a pod of no Service that has an address which rows may still name. */
import type { SpecContext } from '../../../harness/run/context.ts';
import { describeFlow, rowsNow } from '../../../harness/conntrack/conntrack-premises.ts';
import type { DatagramStream } from '../../../harness/datagrams/datagram-stream.ts';
import type { FlowKey } from '../evidence/flow-key.ts';
import type { StagePod } from '../stage/stage-options.ts';
import { notMisdelivered } from './judgements.ts';
import { REMOVAL_BOUND_MS, RULES_BOUND_MS } from './time-bound.ts';

/** So many datagrams are looked at after the bound: a second of a client's pace. */
const LOOKED_AT = 50;

/**
 * Fails when the stranger answered a datagram of the Service's client that left after rules and row had their time. What it
 * answered earlier is measured: a proxy may still be at work then.
 */
export async function judgeNotMisdelivered(
  t: SpecContext,
  seen: {
    readonly flow: FlowKey;
    readonly stream: DatagramStream;
    readonly stranger: StagePod;
    readonly changedAt: number;
  },
): Promise<void> {
  const { flow, stream, stranger, changedAt } = seen;
  const boundMs = RULES_BOUND_MS + REMOVAL_BOUND_MS;
  const isDue = (at: number): boolean => stream.onRunClock(at) > changedAt + boundMs;
  const due = (): readonly number[] => stream.flow().sent.flatMap(({ at, sequence }) => (isDue(at) ? [sequence] : []));
  const waitMs = Math.max(0, changedAt + boundMs - t.evidence.now()) + t.wait(15_000);
  const begun = await stream.until(() => (due().length > 0 ? true : undefined), waitMs);
  if (begun === undefined) t.inconclusive(`${stream.name} sent nothing after the bound: ${stream.describe()}`);
  // So many more, and what left last has its time to be answered.
  await stream.settle(LOOKED_AT, t.wait(15_000));
  const answered = stream.flow().replies.filter(({ server }) => server === stranger.name);
  const late = new Set(due());
  const misdelivered = answered.filter(({ sequence }) => late.has(sequence)).length;
  t.evidence.measure({ name: 'datagrams that a stranger answered', value: answered.length, unit: 'datagrams' });
  t.evidence.inShort(`${answered.length} datagrams answered by a stranger`);
  t.judge(notMisdelivered, {
    outcome: misdelivered === 0 ? 'none' : 'stranger-answers',
    facts: { frontend: flow.frontend },
    measures: { misdelivered },
    subject: describeFlow(flow),
    expected: `no datagram to reach ${stranger.name}, which is in no Service, from ${boundMs} ms after the server's end on`,
    observed: `${misdelivered} of ${late.size} did, and ${answered.length - misdelivered} before; ${stream.describe()}; rows now: ${await rowsNow(flow, t.signal)}`,
  });
}
