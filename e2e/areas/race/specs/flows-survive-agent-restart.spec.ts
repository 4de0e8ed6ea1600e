import { spec } from '../../../harness/run/spec.ts';
import { restartAgent } from '../faults/agent-changes.ts';
import { openIdleFlows } from '../faults/race-plain-flows.ts';
import { judgeSurvival } from '../judge/flow-survival.ts';
import { openEnforcedStage } from '../judge/enforced-stage.ts';
import { requireEnforced } from '../judge/pod-isolation.ts';
import { RACE_LOCKS } from '../stage/race-locks.ts';

spec(
  {
    id: 'race/flows-survive-agent-restart',
    title: 'Established flows survive a restart of the agent',
    claim:
      'A policy agent MUST keep the conntrack entries of established flows when its pod is replaced by one of the same version.',
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
    await t.step('restart the agent', () => restartAgent(t, stage));
    // Until the policy is in force again everybody is heard, and nothing is shown.
    await requireEnforced(t, stage);
    await judgeSurvival(t, stage, idle, { after: 'agent-restarted', told: 'restart the agent' });
  },
);
