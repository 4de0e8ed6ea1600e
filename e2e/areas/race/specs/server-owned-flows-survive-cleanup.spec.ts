import { race, RACE_LOCKS } from '../stage/race-run.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'race/server-owned-flows-survive-cleanup',
    title: 'A cleanup pass cuts no live flow into a server that is isolated on egress',
    claim:
      'A policy agent MUST NOT delete the conntrack entry of a live flow that ends at an egress-isolated server, because the server’s replies pass by that entry only.',
    tags: ['race', 'conntrack', 'tcp'],
    needs: { workers: 2, capabilities: ['conntrack-cleanup', 'policy-endpoint', 'event-log'] },
    locks: RACE_LOCKS,
    timeout: 180_000,
    judges: 'policy-agent',
    refs: [
      {
        title: 'aws-network-policy-agent#462: live flows denied while the map is cleaned',
        url: 'https://github.com/aws/aws-network-policy-agent/issues/462',
      },
    ],
  },
  (t) => race(t, { owner: 'server' }),
);
