import { rowsNow } from '../../../harness/conntrack/conntrack-premises.ts';
import { totalLost } from '../../../harness/datagrams/datagram-loss.ts';
import { cycleFollowed } from '../judge/judgements.ts';
import { describeUnclear, heldTo } from '../../../harness/run/time-bound.ts';
import { HANDOVER_BOUND_MS } from '../judge/time-bound.ts';
import { SHARES_PROXY } from '../stage/proxy-locks.ts';
import { pinFlow } from '../faults/server-cycle.ts';
import { openStage } from '../stage/service-stage.ts';
import { spec } from '../../../harness/run/spec.ts';

const CYCLES = 20;

/**
 * The pods live on and only their membership changes, so the server that left still answers whoever is sent to it: a flow that
 * is not moved shows by the wrong server's replies, and a cycle costs no more than the proxy's own pace.
 */
spec(
  {
    id: 'udp/rapid-cycles',
    title: 'One UDP flow survives twenty replacements in a row',
    claim:
      'Over twenty replacements of the only endpoint in quick succession the service proxy MUST move a live UDP flow each time; no order of clean-up and rules may leave it behind.',
    tags: ['udp', 'conntrack'],
    needs: { workers: 2, capabilities: ['conntrack-rows'] },
    locks: SHARES_PROXY,
    timeout: 300_000,
    judges: 'service-proxy',
    refs: [
      {
        title: 'kubernetes/kubernetes#96174: rows removed before the rules are in place',
        url: 'https://github.com/kubernetes/kubernetes/issues/96174',
      },
      {
        title: 'kubernetes/kubernetes#59368: UDP rows removed too early',
        url: 'https://github.com/kubernetes/kubernetes/issues/59368',
      },
    ],
  },
  async (t) => {
    const stage = await openStage(t);
    const { client, flow, server1, server2 } = await pinFlow(t, stage);
    const { stream } = client;
    let [current, next] = [server1, server2];
    for (let cycle = 1; cycle <= CYCLES; cycle += 1) {
      const sequence = stream.lastSequence();
      const started = t.evidence.now();
      await Promise.all([stage.admit(next), stage.admit(current, false)]);
      const reply = await stream.reply({ server: next.name, afterSequence: sequence }, t.wait(2 * HANDOVER_BOUND_MS));
      const tookMs = t.evidence.now() - started;
      const held = heldTo(HANDOVER_BOUND_MS, tookMs);
      const subject = `cycle ${cycle} of ${CYCLES}: udp ${client.host} from ${client.name}`;
      if (reply !== undefined && held === 'unclear')
        t.inconclusive(`${subject}: the first answer ${describeUnclear(HANDOVER_BOUND_MS, tookMs)}`);
      const isAnswered = stream.flow().replies.some((one) => one.sequence > sequence);
      const missing = isAnswered ? 'wrong-server' : 'nobody-answers';
      t.judge(cycleFollowed, {
        outcome: reply === undefined ? missing : held === 'late' ? 'followed-late' : 'followed',
        facts: { frontend: client.frontend, backend: 'left' },
        subject,
        expected: `${next.name} (${stage.ip(next)}) to answer within ${HANDOVER_BOUND_MS} ms`,
        observed: `rows ${await rowsNow(flow, t.signal)}; ${stream.describe()}`,
        durationMs: tookMs,
        tries: cycle,
      });
      [current, next] = [next, current];
    }
    await stream.settle(30, t.wait(10_000));
    stream.recordEvidence();
    const lost = totalLost(stream.losses());
    t.evidence.measure({ name: 'datagrams lost over all cycles', value: lost, unit: 'datagrams' });
    t.evidence.inShort(`${CYCLES} replacements followed, ${lost} datagrams lost over all`);
  },
);
