import { forbiddenStaysDenied } from '../faults/race-forbidden.ts';
import { RACE_LOCKS } from '../stage/race-run.ts';

import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'race/forbidden-flow-stays-denied',
    title: 'What policy forbids stays denied through every cleanup pass',
    claim:
      'A policy agent MUST deny a forbidden flow before, during and after its cleanup passes, including packets that follow a flow which was allowed the other way.',
    tags: ['race', 'conntrack'],
    needs: { workers: 2, capabilities: ['conntrack-cleanup', 'policy-endpoint', 'event-log'] },
    locks: RACE_LOCKS,
    timeout: 180_000,
    judges: 'policy-agent',
    refs: [
      {
        title: 'aws-network-policy-agent#246: entries deleted that the kernel table did not have yet',
        url: 'https://github.com/aws/aws-network-policy-agent/issues/246',
      },
    ],
  },
  forbiddenStaysDenied,
);
