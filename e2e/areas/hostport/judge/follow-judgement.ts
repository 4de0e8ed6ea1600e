/** A sender that keeps its socket is answered by whoever holds the port now. */
import type { SpecContext } from '../../../harness/run/context.ts';
import { totalLost } from '../../../harness/datagrams/datagram-loss.ts';
import type { DatagramStream } from '../../../harness/datagrams/datagram-stream.ts';
import { firstFreshAnswer } from '../evidence/fresh-answers.ts';
import type { Sender, StagePod } from '../stage/host-port-stage.ts';
import { mappedFlowFollows, mappedRulesWritten, type Change, type SenderPlace } from './judgements.ts';
import { judgeRowRemoved, type StaleRow } from './row-judgement.ts';
import { describeUnclear, REMOVAL_BOUND_MS, RULES_BOUND_MS } from './time-bound.ts';
import { heldTo } from '../../../harness/run/time-bound.ts';

/** Datagrams that are looked at after the first answer: one second at the usual pace. */
const TAIL = 50;

export interface Following {
  readonly sender: Sender;
  readonly place: SenderPlace;
  readonly change: Change;
  readonly holder: Pick<StagePod, 'name'>;
  /** Last sequence number before the change. */
  readonly sequence: number;
  /** On the run's clock: from when new flows reach the holder. */
  readonly since: number;
  readonly after: string;
}

/** Judges that new flows reach the holder of the port; returns from when on they do. `servesAt`: when it said that it serves. */
export async function judgeNewFlows(
  t: SpecContext,
  fresh: DatagramStream,
  at: {
    readonly holder: Pick<StagePod, 'name'>;
    readonly change: Change;
    readonly servesAt: number;
    readonly after: string;
  },
): Promise<number> {
  const { holder, servesAt } = at;
  const answer = await firstFreshAnswer(fresh, holder.name, { timeoutMs: t.wait(2 * RULES_BOUND_MS) });
  const tookMs = answer === undefined ? undefined : Math.max(0, answer.sentAt - servesAt);
  const held = tookMs === undefined ? 'late' : heldTo(RULES_BOUND_MS, tookMs);
  const subject = `new flows to ${holder.name} after ${at.after}`;
  if (tookMs !== undefined && held === 'unclear')
    t.inconclusive(`${subject}: ${describeUnclear(RULES_BOUND_MS, tookMs)}`);
  t.judge(mappedRulesWritten, {
    outcome: tookMs === undefined ? 'never-written' : held === 'late' ? 'written-late' : 'written',
    facts: { change: at.change },
    subject,
    expected: `a flow that begins now to reach it within ${RULES_BOUND_MS} ms`,
    observed: tookMs === undefined ? 'none did' : `one did after ${Math.round(tookMs)} ms`,
  });
  return Math.max(servesAt, answer?.sentAt ?? servesAt);
}

/** Judges the row, and then the flow; measures what the sender lost. */
export async function judgeFollows(
  t: SpecContext,
  following: Following,
  stale?: Pick<StaleRow, 'flow' | 'follower' | 'row'>,
): Promise<void> {
  const { sender, place, change, holder, sequence, since, after } = following;
  const { stream } = sender;
  const told = (): string => `the sender goes on: ${stream.describe()}`;
  if (stale !== undefined) await judgeRowRemoved(t, { ...stale, change, sender: place, since, after, told });
  const first = await stream.reply({ server: holder.name, afterSequence: sequence }, t.wait(2 * REMOVAL_BOUND_MS));
  if (first !== undefined) await stream.settle(TAIL, t.wait(15_000));
  const firstAt = stream.flow().replies.find((one) => one.server === holder.name && one.sequence > sequence);
  const [windows = []] =
    firstAt === undefined ? [] : await stream.settledLosses([0], { afterSequence: firstAt.sequence });
  const later = windows.filter(({ firstLost }) => firstLost > (firstAt?.sequence ?? 0));
  const others = stream
    .flow()
    .replies.filter(({ server, sequence: one }) => one > (firstAt?.sequence ?? sequence) && server !== holder.name);
  stream.recordEvidence();
  const lost = totalLost(stream.losses().filter(({ lastLost }) => lastLost > sequence));
  t.evidence.measure({ name: `datagrams lost by the sender (${place})`, value: lost, unit: 'datagrams' });
  const tookMs = firstAt === undefined ? undefined : Math.max(0, stream.onRunClock(firstAt.at) - since);
  const held = tookMs === undefined ? 'late' : heldTo(REMOVAL_BOUND_MS, tookMs);
  const subject = `${sender.name} to ${sender.host}:${sender.port} after ${after}`;
  if (tookMs !== undefined && held === 'unclear')
    t.inconclusive(`${subject}: the first answer ${describeUnclear(REMOVAL_BOUND_MS, tookMs)}`);
  t.evidence.inShort(`sender on ${place === 'same-node' ? 'the same' : 'another'} node: ${lost} datagrams lost`);
  t.judge(mappedFlowFollows, {
    outcome:
      others.length > 0
        ? 'wrong-server'
        : tookMs === undefined
          ? 'nobody-answers'
          : held === 'late'
            ? 'follows-late'
            : totalLost(later) > 0
              ? 'loses-datagrams'
              : 'follows',
    facts: { change, sender: place },
    measures: { lost },
    subject,
    expected: `${holder.name} to answer within ${REMOVAL_BOUND_MS} ms of new flows, and then every datagram, alone`,
    observed: `${tookMs === undefined ? 'no answer' : `the first answer after ${Math.round(tookMs)} ms, then ${totalLost(later)} lost`}; ${lost} lost in all, ${stream.describe()}`,
    ...(tookMs === undefined ? {} : { durationMs: Math.round(tookMs) }),
  });
}
