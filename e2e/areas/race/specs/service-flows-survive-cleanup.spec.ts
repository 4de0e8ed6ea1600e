import { spec } from '../../../harness/run/spec.ts';
import { attack, requireStrength } from '../faults/race-attack.ts';
import { racePeriods, racePlans } from '../faults/race-plans.ts';
import { judgeRace } from '../judge/race-judgement.ts';
import { openEnforcedStage } from '../judge/enforced-stage.ts';
import { RACE_LOCKS } from '../stage/race-locks.ts';

spec(
  {
    id: 'race/service-flows-survive-cleanup',
    title: 'A cleanup pass cuts no live flow through a Service address',
    claim:
      'A policy agent MUST recognise a live flow through a Service, whose entry at the client names the Service’s address, and keep its entry.',
    tags: ['race', 'conntrack', 'tcp', 'clusterip'],
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
  async (t) => {
    const stage = await openEnforcedStage(t, { owner: 'client', throughService: true, periods: racePeriods(t) });
    for (const plan of racePlans(t, stage)) {
      const race = await attack(t, stage, plan);
      await judgeRace(t, stage, race);
      requireStrength(race, plan.mode);
    }
  },
);
