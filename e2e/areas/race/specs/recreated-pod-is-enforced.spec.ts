import { recreatedPodIsEnforced } from '../faults/race-recreate.ts';
import { RACE_LOCKS } from '../stage/race-run.ts';

import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'race/recreated-pod-is-enforced',
    title: 'A pod that comes back under its old name is enforced',
    claim: 'A policy agent MUST enforce the policy of a pod that was deleted and created again under the same name.',
    tags: ['race', 'lifecycle', 'regression'],
    needs: { workers: 2, capabilities: ['conntrack-cleanup', 'policy-endpoint', 'event-log'] },
    locks: RACE_LOCKS,
    timeout: 180_000,
    judges: 'policy-agent',
    refs: [
      {
        title: 'aws-network-policy-agent#620: state of a deleted pod is kept when nobody reports the deletion',
        url: 'https://github.com/aws/aws-network-policy-agent/issues/620',
      },
    ],
  },
  recreatedPodIsEnforced,
);
