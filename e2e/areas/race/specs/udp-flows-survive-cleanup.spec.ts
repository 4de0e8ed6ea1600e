import { spec } from '../../../harness/run/spec.ts';
import { attack, requireStrength } from '../faults/race-attack.ts';
import { racePeriods, racePlans } from '../faults/race-plans.ts';
import { judgeRace } from '../judge/race-judgement.ts';
import { openEnforcedStage } from '../judge/enforced-stage.ts';
import { RACE_LOCKS } from '../stage/race-locks.ts';

spec(
  {
    id: 'race/udp-flows-survive-cleanup',
    title: 'A cleanup pass cuts no live UDP flow',
    claim:
      'A policy agent MUST NOT delete the conntrack entry of a UDP flow that has come alive again since its snapshot of the kernel’s table.',
    tags: ['race', 'conntrack'],
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
    const stage = await openEnforcedStage(t, { owner: 'client', periods: racePeriods(t) });
    for (const plan of racePlans(t, stage, { protocol: 'udp' })) {
      const race = await attack(t, stage, plan);
      await judgeRace(t, stage, race);
      requireStrength(race, plan.mode);
    }
  },
);
