import { spec } from '../../../harness/run/spec.ts';
import { shrinkMap } from '../faults/agent-changes.ts';
import { addBallast } from '../faults/ballast.ts';
import { openIdleFlows } from '../faults/race-plain-flows.ts';
import { judgeSurvival } from '../judge/flow-survival.ts';
import { openEnforcedStage } from '../judge/enforced-stage.ts';
import { requireEnforced } from '../judge/pod-isolation.ts';
import { RACE_LOCKS } from '../stage/race-locks.ts';

const smallestMap = 32_768;

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
  async (t) => {
    const stage = await openEnforcedStage(t, { owner: 'client' });
    await t.step(`give the agent a map of ${smallestMap} entries`, () => shrinkMap(t, stage, smallestMap));
    // Ready comes before the filters are attached to the new map.
    await requireEnforced(t, stage);
    const idle = await openIdleFlows(t, stage);
    const ballast = await t.step('fill the map', () => addBallast(t, stage, { wanted: 2 * smallestMap }));
    const told = `${ballast.tuples} other flows went through a map of ${smallestMap} entries`;
    await judgeSurvival(t, stage, idle, { after: 'map-filled', told });
  },
);
