import { portChurnIsCleaned } from '../faults/race-churn.ts';
import { RACE_LOCKS } from '../stage/race-run.ts';

import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'race/port-churn-does-not-fill-the-map',
    title: 'Port churn does not fill the agent’s map',
    claim: 'A policy agent MUST remove stale entries as fast as short flows from ever new ports make them.',
    tags: ['race', 'conntrack', 'stress'],
    needs: { workers: 2, capabilities: ['conntrack-cleanup', 'policy-endpoint', 'event-log'] },
    locks: RACE_LOCKS,
    timeout: 240_000,
    judges: 'policy-agent',
    refs: [
      {
        title: 'aws-network-policy-agent#246: entries deleted that the kernel table did not have yet',
        url: 'https://github.com/aws/aws-network-policy-agent/issues/246',
      },
    ],
  },
  portChurnIsCleaned,
);
