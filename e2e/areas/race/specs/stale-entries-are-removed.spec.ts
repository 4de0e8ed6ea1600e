import { staleEntriesAreRemoved } from '../faults/race-staleness.ts';
import { RACE_LOCKS } from '../stage/race-run.ts';

import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'race/stale-entries-are-removed',
    title: 'Entries whose flows are gone are removed within three cleanup periods',
    claim:
      'A policy agent MUST remove the conntrack entries of flows that the kernel no longer tracks within three cleanup periods.',
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
  staleEntriesAreRemoved,
);
