import { idleFlowsAreKept } from '../faults/race-staleness.ts';
import { RACE_LOCKS } from '../stage/race-run.ts';

import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'race/idle-flow-is-kept',
    title: 'An idle flow that the kernel still tracks is never cut',
    claim:
      'A policy agent MUST keep the entry of a flow that is idle but alive in the kernel’s table, over any number of cleanup passes.',
    tags: ['race', 'conntrack'],
    needs: { workers: 2, capabilities: ['conntrack-cleanup', 'policy-endpoint', 'event-log'] },
    locks: RACE_LOCKS,
    timeout: 180_000,
    judges: 'policy-agent',
    refs: [
      {
        title: 'aws-network-policy-agent#163: replies denied after a policy is in place',
        url: 'https://github.com/aws/aws-network-policy-agent/issues/163',
      },
    ],
  },
  idleFlowsAreKept,
);
