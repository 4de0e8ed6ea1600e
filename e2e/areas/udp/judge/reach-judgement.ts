/** The judgement by datagrams alone, for proxies that keep their flows elsewhere than in conntrack. */
import type { SpecContext } from '../../../harness/run/context.ts';
import { totalLost } from '../evidence/datagram-loss.ts';
import type { Reach } from '../evidence/reach.ts';
import { HANDOVER_BOUND_MS } from './handover-judgement.ts';
import { recordMove } from './socket-move.ts';

/** After a change the flow is answered by `to` within the bound; measures `loss window` (ms) and `datagrams lost`. */
export async function judgeReached(t: SpecContext, reach: Reach): Promise<void> {
  const { stream, to, sequence } = reach;
  const bound = t.bound(HANDOVER_BOUND_MS);
  const reply = await stream.reply({ server: to, afterSequence: sequence }, bound);
  // Some more datagrams, so that the last window is settled and a flow that flaps is seen.
  if (reply !== undefined) await stream.settle(30, t.wait(10_000));
  const windows = stream.losses().filter((window) => window.lastLost > sequence);
  const lost = totalLost(windows);
  stream.recordEvidence();
  const how = recordMove(t, stream, sequence);
  t.judge({
    ok: reply !== undefined,
    subject: `${reach.subject} after ${reach.after}`,
    expected: `${to} to answer within ${bound} ms`,
    observed: `${reply === undefined ? 'no answer' : 'an answer'} from it; ${lost} datagrams lost, ${stream.describe()}; ${how}`,
    durationMs: bound,
  });
  const longest = windows.reduce((most, window) => Math.max(most, window.durationMs), 0);
  t.evidence.measure({ name: 'loss window', value: Math.round(longest), unit: 'ms', bound });
  t.evidence.measure({ name: 'datagrams lost', value: lost, unit: 'datagrams' });
}
