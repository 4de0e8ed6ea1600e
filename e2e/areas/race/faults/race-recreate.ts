/** A pod is deleted and comes back under its old name with another address and another veth. */
import { knock, pathIsOpenOrDenied, policyIsEnforced } from '../evidence/race-premises.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import { openEnforcedStage } from '../stage/race-run.ts';
import { applyRacePolicy, policyByController, removeRacePolicy, reopenClient } from '../stage/race-stage.ts';

const tries = 10;
const enforcedWithinMs = 30_000;

export async function recreatedPodIsEnforced(t: SpecContext): Promise<void> {
  const first = await openEnforcedStage(t, { owner: 'client' });
  if (policyByController(t)) await removeRacePolicy(t, first);
  const again = await t.step('delete the client and create it again', () => reopenClient(t, first));
  // Its policy still names the old address, or is gone: the way is open, unless the agent heard of the pod and knows its name.
  await t.evidence.require(pathIsOpenOrDenied(again));
  await t.step('update the policy to its new address', () => applyRacePolicy(t, again));
  const started = t.evidence.now();
  const enforced = await policyIsEnforced(again, enforcedWithinMs).prove(t.signal);
  let heard = 0;
  for (let attempt = 0; attempt < tries; attempt += 1) if ((await knock(again, t.signal)).heard) heard += 1;
  t.judge({
    ok: enforced.proven && heard === 0,
    subject: `${t.env.subject('policy-agent').name} on ${again.agent.node.name}, pod ${again.client.name}`,
    expected: 'the pod that came back under its old name to be isolated like the first one',
    observed: `${heard} of ${tries} forbidden datagrams reached it${enforced.proven ? '' : `; ${enforced.reason}`}`,
    durationMs: t.evidence.now() - started,
    tries,
  });
}
