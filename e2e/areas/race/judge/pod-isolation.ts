/** Whether a pod is isolated as its policy says, and what an agent did that could not load its programs for it. */
import type { SpecContext } from '../../../harness/run/context.ts';
import { type Enforcement, policyIsEnforced, watchEnforcement } from '../evidence/race-premises.ts';
import type { RaceStage } from '../stage/race-stage.ts';
import { podIsolated } from './judgements.ts';

export interface Isolation {
  readonly pod: 'new' | 'recreated';
  readonly seen: Enforcement;
  /** Forbidden datagrams that were sent once more, after that was seen, and how many of them reached the pod. */
  readonly knocks: { readonly tries: number; readonly heard: number };
  readonly durationMs: number;
}

/** A pod that is silent without the agent's word for it is nobody's merit and nobody's fault. */
export function judgeIsolated(t: SpecContext, stage: RaceStage, isolation: Isolation): void {
  const { seen, knocks, pod, durationMs } = isolation;
  if (seen.state === 'unexplained') t.inconclusive(seen.told);
  const gaveUp = seen.state === 'open' ? seen.gaveUp : undefined;
  const open = gaveUp === undefined ? 'never-isolated' : 'gave-up';
  const shut = knocks.heard === 0 ? 'isolated' : 'leaks';
  const heard = `${knocks.heard} of ${knocks.tries} forbidden datagrams reached it`;
  const why = gaveUp === undefined ? '' : `; the agent says "${gaveUp}"`;
  t.evidence.inShort(`${knocks.heard} of ${knocks.tries} forbidden datagrams reached the pod (${pod})`);
  t.judge(podIsolated, {
    outcome: seen.state === 'enforced' ? shut : open,
    facts: { pod },
    subject: `${t.env.subject('policy-agent').name} on ${stage.agent.node.name}, ${pod} pod ${stage.ownerEnd.name}`,
    expected: 'the pod to be isolated as its policy says',
    observed: seen.state === 'enforced' ? heard : `${heard}; ${seen.told}${why}`,
    durationMs,
    tries: knocks.tries,
  });
}

/**
 * Waits until the policy is in force, which every claim about cut flows needs. An agent whose own log says that it gave up is found
 * guilty of that; one that is merely not seen to enforce leaves the spec without its premise.
 */
export async function requireEnforced(t: SpecContext, stage: RaceStage, withinMs?: number): Promise<void> {
  const started = t.evidence.now();
  const seen = await watchEnforcement(stage, t.signal, withinMs);
  const durationMs = t.evidence.now() - started;
  if (seen.state === 'open' && seen.gaveUp !== undefined)
    judgeIsolated(t, stage, { pod: 'new', seen, knocks: { tries: 1, heard: 1 }, durationMs });
  await t.evidence.require(policyIsEnforced(stage, seen));
}
