import { spec } from '../../../harness/run/spec.ts';
import { attack, requireStrength } from '../faults/race-attack.ts';
import { racePeriods, racePlans } from '../faults/race-plans.ts';
import { judgeRace } from '../judge/race-judgement.ts';
import { openEnforcedStage } from '../judge/enforced-stage.ts';
import { RACE_LOCKS } from '../stage/race-locks.ts';

spec(
  {
    id: 'race/client-owned-flows-survive-cleanup',
    title: 'A cleanup pass cuts no live flow of an isolated client',
    claim:
      'A policy agent MUST NOT delete the conntrack entry of a flow that is alive, even if its 5-tuple was idle when the agent took its snapshot of the kernel’s table.',
    tags: ['race', 'conntrack', 'tcp'],
    core: true,
    needs: { workers: 2, capabilities: ['conntrack-cleanup', 'policy-endpoint', 'event-log'] },
    locks: RACE_LOCKS,
    timeout: 180_000,
    judges: 'policy-agent',
    refs: [
      {
        title: 'aws-network-policy-agent#462: live flows denied while the map is cleaned',
        url: 'https://github.com/aws/aws-network-policy-agent/issues/462',
      },
      {
        title: 'aws-network-policy-agent#610: last_seen and a re-check before the delete',
        url: 'https://github.com/aws/aws-network-policy-agent/pull/610',
      },
    ],
  },
  async (t) => {
    const stage = await openEnforcedStage(t, { owner: 'client', periods: racePeriods(t) });
    for (const plan of racePlans(t, stage)) {
      const race = await attack(t, stage, plan);
      await judgeRace(t, stage, race);
      requireStrength(race, plan.mode);
    }
  },
);
