import { flowsSurviveKill } from '../faults/race-agent-changes.ts';
import { RACE_LOCKS } from '../stage/race-run.ts';

import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'race/flows-survive-agent-kill',
    title: 'Established flows survive the agent being killed',
    claim:
      'A policy agent MUST keep the conntrack entries of established flows when its process is killed and started again.',
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
  flowsSurviveKill,
);
