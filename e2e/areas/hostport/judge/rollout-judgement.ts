/** Many senders and one sink that is rolled out: what each loses from when new flows reach the new sink. */
import type { SpecContext } from '../../../harness/run/context.ts';
import { totalLost, type LossWindow } from '../../../harness/datagrams/datagram-loss.ts';
import type { Sender, StagePod } from '../stage/host-port-stage.ts';
import { sendersFollow } from './judgements.ts';
import { SENDER_BOUND_MS } from './time-bound.ts';

/** What one sender met: silence of so many milliseconds after the sink could be reached; `unanswered`: to the end of the record. */
export interface SenderLoss {
  readonly lateMs: number;
  readonly unanswered: boolean;
}

/** From the loss windows of one sender; `sinceMs` on the clock of the windows. */
export function lossSince(windows: readonly LossWindow[], sinceMs: number): SenderLoss {
  const later = windows.filter(({ toMs }) => toMs > sinceMs);
  const lateMs = Math.max(0, ...later.map(({ fromMs, toMs }) => toMs - Math.max(fromMs, sinceMs)));
  return { lateMs, unanswered: later.some(({ after }) => after === undefined) };
}

export async function judgeSenders(
  t: SpecContext,
  at: {
    readonly senders: Sender;
    readonly flows: number;
    readonly sink: Pick<StagePod, 'name'>;
    readonly sequences: readonly number[];
    /** On the run's clock. */
    readonly since: number;
  },
): Promise<void> {
  const { senders, flows, sink, sequences, since } = at;
  const { stream } = senders;
  const all = Array.from({ length: flows }, (_, flow) => flow);
  const isBack = (flow: number): boolean => stream.flow(flow).replies.at(-1)?.server === sink.name;
  await stream.until(() => (all.every(isBack) ? true : undefined), t.wait(10_000));
  const losses = await stream.settledLosses(all);
  // The clock of the windows is the pod's.
  const offset = stream.onRunClock(0);
  const each = losses.map((windows, flow) =>
    lossSince(
      windows.filter(({ lastLost }) => lastLost > (sequences[flow] ?? 0)),
      since - offset,
    ),
  );
  const lost = losses.map((windows, flow) =>
    totalLost(windows.filter(({ lastLost }) => lastLost > (sequences[flow] ?? 0))),
  );
  const stay = all.filter((flow) => !isBack(flow));
  const late = each.filter(({ lateMs }) => lateMs > SENDER_BOUND_MS).length;
  const worst = Math.round(Math.max(...each.map(({ lateMs }) => lateMs)));
  t.evidence.measure({
    name: 'datagrams lost by all senders',
    value: lost.reduce((sum, one) => sum + one, 0),
    unit: 'datagrams',
  });
  t.evidence.measure({ name: 'longest silence after the sink could be reached', value: worst, unit: 'ms' });
  t.evidence.inShort(`${flows - stay.length} of ${flows} senders follow, the longest silence ${worst} ms`);
  t.judge(sendersFollow, {
    outcome: stay.length > 0 ? 'some-stay' : late > 0 ? 'some-late' : 'all-follow',
    facts: { change: 'rolled-out', sender: 'same-node' },
    measures: { stay: stay.length, late, 'worst-ms': worst },
    subject: `${flows} senders to ${senders.host}:${senders.port} while their sink is rolled out`,
    expected: `each to be answered by ${sink.name} within ${SENDER_BOUND_MS} ms of new flows`,
    observed: `${stay.length} are not answered by it, ${late} were silent for longer, the longest ${worst} ms; in all ${Math.min(...lost)} to ${Math.max(...lost)} datagrams lost a sender`,
    durationMs: worst,
  });
}
