import { race, RACE_LOCKS } from '../stage/race-run.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'race/second-pass-cuts-nothing',
    title: 'Waiting for a second miss does not close the window',
    claim:
      'A policy agent MUST NOT delete the entry of a live flow in whichever pass it deletes: one that waits for two misses has the same window in its second pass.',
    tags: ['race', 'conntrack', 'tcp'],
    needs: { workers: 2, capabilities: ['conntrack-cleanup', 'policy-endpoint', 'event-log'] },
    locks: RACE_LOCKS,
    timeout: 240_000,
    judges: 'policy-agent',
    refs: [
      {
        title: 'aws-network-policy-agent#462: live flows denied while the map is cleaned',
        url: 'https://github.com/aws/aws-network-policy-agent/issues/462',
      },
    ],
  },
  (t) => race(t, { owner: 'client', window: 'any' }),
);
