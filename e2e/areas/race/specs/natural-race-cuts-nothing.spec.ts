import { spec } from '../../../harness/run/spec.ts';
import { type NaturalRound, sprayRound } from '../faults/natural-round.ts';
import { judgeNatural } from '../judge/natural-judgement.ts';
import { openEnforcedStage } from '../judge/enforced-stage.ts';
import { RACE_LOCKS } from '../stage/race-locks.ts';

const usualIterations = 10;
/** What a round takes beside its cleanup periods, at worst. */
const roundMs = 30_000;

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
  async (t) => {
    const iterations = t.iterations ?? usualIterations;
    const stage = await openEnforcedStage(t, { owner: 'client', periods: 2 * iterations });
    if (iterations > usualIterations) t.moreTime((iterations - usualIterations) * roundMs, `${iterations} rounds`);
    const started = t.evidence.now();
    const rounds: NaturalRound[] = [];
    for (let round = 0; round < iterations; round += 1)
      rounds.push(await t.step(`spray ${round + 1} of ${iterations}`, () => sprayRound(t, stage, round)));
    judgeNatural(t, stage, rounds, t.evidence.now() - started);
  },
);
