/** Whether an agent whose load of its programs failed tries it again once nothing stands in the way. */
import type { SpecContext } from '../../../harness/run/context.ts';
import type { Enforcement } from '../evidence/race-premises.ts';
import type { RaceStage } from '../stage/race-stage.ts';
import { failedLoadTriedAgain } from './judgements.ts';

export interface LoadAgain {
  readonly seen: Enforcement;
  /** Why the first load failed, in the agent's words. */
  readonly failure: string;
  /** Forbidden datagrams that were sent once more, after that was seen, and how many of them reached the pod. */
  readonly knocks: { readonly tries: number; readonly heard: number };
  readonly durationMs: number;
}

export function judgeLoadAgain(
  t: SpecContext,
  stage: RaceStage,
  { seen, failure, knocks, durationMs }: LoadAgain,
): void {
  if (seen.state === 'unexplained') t.inconclusive(seen.told);
  const { tries, heard } = knocks;
  const shut = heard === 0 ? 'enforced' : 'leaks';
  const reached = `${heard} of ${tries} forbidden datagrams reached it`;
  t.evidence.inShort(`${reached} after a load that failed once`);
  t.judge(failedLoadTriedAgain, {
    outcome: seen.state === 'enforced' ? shut : 'stays-open',
    facts: { load: 'failed-once' },
    measures: { 'share-heard': heard / tries },
    subject: `${t.env.subject('policy-agent').name} on ${stage.agent.node.name}, pod ${stage.ownerEnd.name}`,
    expected: 'the policy to be in force once its programs can be loaded',
    observed: `${reached}; ${seen.told}; the load had failed with "${failure}"`,
    durationMs,
    tries,
  });
}
