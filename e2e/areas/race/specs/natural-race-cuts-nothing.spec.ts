import { naturalRace } from '../faults/race-natural.ts';
import { RACE_LOCKS } from '../stage/race-run.ts';

import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'race/natural-race-cuts-nothing',
    title: 'Reusing 5-tuples around cleanup passes cuts no flow, the agent untouched',
    claim:
      'A policy agent MUST NOT cut the flows that are opened again and again from the same ports while its cleanup runs as it does by itself; only the one key a pass that it has just looked at may be lost.',
    tags: ['race', 'conntrack', 'tcp', 'natural', 'slow', 'nightly'],
    needs: { workers: 2, capabilities: ['conntrack-cleanup', 'policy-endpoint', 'event-log'] },
    locks: RACE_LOCKS,
    timeout: 1_800_000,
    iterations: 10,
    judges: 'policy-agent',
    refs: [
      {
        title: 'aws-network-policy-agent#462: live flows denied while the map is cleaned',
        url: 'https://github.com/aws/aws-network-policy-agent/issues/462',
      },
    ],
  },
  naturalRace,
);
