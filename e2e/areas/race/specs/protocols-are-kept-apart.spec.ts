import { protocolsAreKeptApart } from '../faults/race-protocols.ts';
import { RACE_LOCKS } from '../stage/race-run.ts';

import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'race/protocols-are-kept-apart',
    title: 'TCP and UDP flows between the same ports do not stand for each other',
    claim:
      'A policy agent MUST tell flows apart by protocol when it cleans: a stale UDP entry MUST go and a live TCP flow of the same addresses and ports MUST stay, and the other way round.',
    tags: ['race', 'conntrack', 'tcp'],
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
  protocolsAreKeptApart,
);
