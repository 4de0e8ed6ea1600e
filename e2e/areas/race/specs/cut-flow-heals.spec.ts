import { spec } from '../../../harness/run/spec.ts';
import { upgradeAgent } from '../faults/agent-changes.ts';
import { deafFlows, openControlFlows, openIdleFlows } from '../faults/race-plain-flows.ts';
import { judgeHealing, watchHealing } from '../judge/heal-judgement.ts';
import { openEnforcedStage } from '../judge/enforced-stage.ts';
import { requireEnforced } from '../judge/pod-isolation.ts';
import { RACE_LOCKS } from '../stage/race-locks.ts';

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
    await requireEnforced(t, stage);
    const deaf = await deafFlows(t, stage, idle);
    const control = await t.step('open flows that nobody has cut', () => openControlFlows(t, stage));
    const healing = await t.step('let the client send on all of them', () =>
      watchHealing(t, stage, idle, deaf, control),
    );
    judgeHealing(t, stage, healing);
  },
);
