import { spec } from '../../../harness/run/spec.ts';
import { policyIsEnforced } from '../evidence/race-premises.ts';
import { upgradeAgent } from '../faults/agent-changes.ts';
import { clientSends, deafFlows, openIdleFlows } from '../faults/race-plain-flows.ts';
import { HEAL_WITHIN_MS } from '../judge/flow-survival.ts';
import { openEnforcedStage } from '../stage/enforced-stage.ts';
import { RACE_LOCKS } from '../stage/race-locks.ts';

/** A client that sends meets its own retransmissions at worst: the bound is that of a TCP timeout that doubled once. */
const healBoundMs = 3000;

spec(
  {
    id: 'race/cut-flow-heals',
    title: 'A cut flow works again as soon as its client sends',
    claim: 'A flow that lost its conntrack entry MUST work again from the next packet that policy allows on.',
    tags: ['race', 'conntrack', 'disruptive'],
    needs: { workers: 2, capabilities: ['conntrack-cleanup', 'policy-endpoint', 'event-log'], provider: 'kind' },
    locks: RACE_LOCKS,
    timeout: 240_000,
    judges: 'policy-agent',
    refs: [
      {
        title: 'aws-network-policy-agent#163: replies denied after a policy is in place',
        url: 'https://github.com/aws/aws-network-policy-agent/issues/163',
      },
    ],
  },
  async (t) => {
    const stage = await openEnforcedStage(t, { owner: 'client' });
    const idle = await openIdleFlows(t, stage);
    await t.step('make the agent forget its map', () => upgradeAgent(t, stage));
    await t.evidence.require(policyIsEnforced(stage));
    const deaf = await deafFlows(t, stage, idle);
    if (deaf.length === 0) t.inconclusive('no flow was cut, so none could heal: the agent kept its map');
    const { answered, ms } = await t.step('let the client send', () =>
      clientSends(t, stage, idle, deaf, HEAL_WITHIN_MS),
    );
    t.evidence.measure({ name: 'healed after', value: ms, unit: 'ms', bound: t.wait(healBoundMs) });
    t.evidence.inShort(`${answered} of ${deaf.length} cut flows work again, the last after ${Math.round(ms)} ms`);
    t.judge({
      ok: answered === deaf.length && ms <= t.wait(healBoundMs),
      subject: `${t.env.subject('policy-agent').name} on ${stage.agent.node.name}`,
      expected: `all ${deaf.length} cut flows to work again within ${healBoundMs} ms of the client's next packet`,
      observed: `${answered} work again, the last after ${Math.round(ms)} ms`,
      durationMs: ms,
    });
  },
);
