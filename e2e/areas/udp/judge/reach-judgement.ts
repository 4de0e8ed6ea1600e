/** The judgement by datagrams alone, for proxies that keep their flows elsewhere than in conntrack. */
import type { SpecContext } from '../../../harness/run/context.ts';
import { totalLost } from '../../../harness/datagrams/datagram-loss.ts';
import { countWaits } from '../evidence/processor-wait.ts';
import type { Reach } from '../evidence/reach.ts';
import { flowSettles, rulesWritten, type Backend } from './judgements.ts';
import { watchTail } from './settled-tail.ts';
import { recordMove } from './socket-move.ts';
import { describeUnclear, heldTo } from '../../../harness/run/time-bound.ts';
import { REMOVAL_BOUND_MS, RULES_BOUND_MS } from './time-bound.ts';

/** After a change fresh flows reach `to`, and then the judged one does and stays there; measures loss first. */
export async function judgeReached(t: SpecContext, reach: Reach, backend: Backend): Promise<void> {
  const { stream, fresh, from, to, sequence, changedAt, frontend } = reach;
  const facts = { frontend, backend };
  const subject = `${reach.subject} after ${reach.after}`;
  const machine = countWaits(t, reach.node);
  const timeoutMs = Math.max(0, changedAt + t.wait(2 * RULES_BOUND_MS) - t.evidence.now());
  const writtenAt = await fresh.rulesWritten({ from, to }, { changedAt, mustReach: true, timeoutMs });
  const since = Math.max(changedAt, writtenAt ?? 0);
  const tail = await watchTail(t, stream, {
    to: to.name,
    afterSequence: sequence,
    timeoutMs: writtenAt === undefined ? 0 : t.wait(2 * REMOVAL_BOUND_MS),
  });
  const machineMs = await machine();
  const windows = stream.losses().filter((window) => window.lastLost > sequence);
  const lost = totalLost(windows);
  stream.recordEvidence();
  const how = recordMove(t, stream, sequence);
  const longest = windows.reduce((most, window) => Math.max(most, window.durationMs), 0);
  t.evidence.measure({ name: 'loss window', value: Math.round(longest), unit: 'ms' });
  t.evidence.measure({ name: 'datagrams lost', value: lost, unit: 'datagrams' });
  t.evidence.inShort(`${lost} datagrams lost, the longest silence ${Math.round(longest)} ms`);

  const rulesMs = writtenAt === undefined ? undefined : writtenAt - changedAt;
  const rulesHeld = rulesMs === undefined ? 'late' : heldTo(RULES_BOUND_MS, rulesMs, machineMs);
  if (rulesMs !== undefined && rulesHeld === 'unclear')
    t.inconclusive(`${subject}: the rules ${describeUnclear(RULES_BOUND_MS, rulesMs, machineMs)}`);
  t.judge(rulesWritten, {
    outcome: rulesMs === undefined ? 'never-written' : rulesHeld === 'late' ? 'written-late' : 'written',
    facts,
    subject: `new flows of ${subject}`,
    expected: `each to reach ${to.name} from ${RULES_BOUND_MS} ms after the change on`,
    observed: `${rulesMs === undefined ? 'they do not' : `they did after ${Math.round(rulesMs)} ms`}; ${fresh.describe({ from, to })}`,
  });
  const tookMs = tail.first === undefined ? undefined : stream.onRunClock(tail.first.at) - since;
  const held = tookMs === undefined ? 'in-time' : heldTo(REMOVAL_BOUND_MS, tookMs, machineMs);
  if (tail.outcome === 'settled' && held === 'unclear')
    t.inconclusive(
      `${subject}: the first answer of ${to.name} ${describeUnclear(REMOVAL_BOUND_MS, tookMs ?? 0, machineMs)}`,
    );
  t.judge(flowSettles, {
    outcome: tail.outcome === 'settled' && held === 'late' ? 'settled-late' : tail.outcome,
    facts: { ...facts, rules: 'written' },
    subject,
    expected: `${to.name} to answer within ${REMOVAL_BOUND_MS} ms of new flows, and then every datagram, alone`,
    observed: `${tail.told}; ${lost} datagrams lost, ${stream.describe()}; ${how}`,
    ...(tookMs === undefined ? {} : { durationMs: Math.max(0, Math.round(tookMs)) }),
  });
}
