import { flowsSurviveFullMap } from '../faults/race-agent-changes.ts';
import { RACE_LOCKS } from '../stage/race-run.ts';

import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'race/flows-survive-a-full-map',
    title: 'Established flows survive a full map',
    claim: 'A policy agent MUST keep established flows working when its conntrack map is full.',
    tags: ['race', 'conntrack', 'disruptive', 'scale'],
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
  flowsSurviveFullMap,
);
