import { cutFlowsHeal } from '../faults/race-agent-changes.ts';
import { RACE_LOCKS } from '../stage/race-run.ts';

import { spec } from '../../../harness/run/spec.ts';

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
  cutFlowsHeal,
);
