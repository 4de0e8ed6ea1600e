import { spec } from '../../../harness/run/spec.ts';
import { attack, requireStrength } from '../faults/race-attack.ts';
import { racePeriods, racePlans } from '../faults/race-plans.ts';
import { judgeRace } from '../judge/race-judgement.ts';
import { openEnforcedStage } from '../judge/enforced-stage.ts';
import { RACE_LOCKS } from '../stage/race-locks.ts';

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
  async (t) => {
    const stage = await openEnforcedStage(t, { owner: 'client', periods: racePeriods(t) });
    for (const plan of racePlans(t, stage, { window: 'any' })) {
      const race = await attack(t, stage, plan);
      await judgeRace(t, stage, race);
      requireStrength(race, plan.mode);
    }
  },
);
