/** Whether the number of deletes that an agent gives is the number of entries that it says it deleted. */
import type { SpecContext } from '../../../harness/run/context.ts';
import type { CountedDeletes } from '../evidence/counted-deletes.ts';
import type { RaceStage } from '../stage/race-stage.ts';
import { countedDeletesTrue } from './judgements.ts';

/** `ended`: entries whose flows the kernel had forgotten, all of which are gone from the map. */
export function judgeCounted(
  t: SpecContext,
  stage: RaceStage,
  { passes, counted, told, ended }: CountedDeletes & { readonly ended: number },
): void {
  const subject = `${t.env.subject('policy-agent').name} on ${stage.agent.node.name}`;
  if (passes === 0) t.skip(`${subject} does not count what it deletes, as agents before 1.5.0 do not`);
  if (told < ended) t.inconclusive(`${subject}: its log tells of ${told} deletes, and ${ended} entries are gone`);
  t.evidence.inShort(`${counted} deletes counted, ${told} told of one by one`);
  t.judge(countedDeletesTrue, {
    outcome: counted === told ? 'true' : counted > told ? 'counts-more' : 'counts-less',
    facts: { map: 'of-both-protocols' },
    measures: { counted, told },
    subject,
    expected: `as many deletes to be counted as are told of one by one (${told})`,
    observed: `${counted} counted in ${passes} passes`,
    tries: passes,
  });
}
