import { spec } from '../../../harness/run/spec.ts';
import { knock, pathIsOpenOrDenied, watchEnforcement } from '../evidence/race-premises.ts';
import { openEnforcedStage } from '../judge/enforced-stage.ts';
import { judgeIsolated } from '../judge/pod-isolation.ts';
import { applyRacePolicy, policyByController, removeRacePolicy, reopenClient } from '../stage/race-stage.ts';
import { RACE_LOCKS } from '../stage/race-locks.ts';

const tries = 10;
const enforcedWithinMs = 30_000;

spec(
  {
    id: 'race/recreated-pod-is-enforced',
    title: 'A pod that comes back under its old name is enforced',
    claim: 'A policy agent MUST enforce the policy of a pod that was deleted and created again under the same name.',
    tags: ['race', 'lifecycle', 'regression'],
    needs: { workers: 2, capabilities: ['conntrack-cleanup', 'policy-endpoint', 'event-log'] },
    locks: RACE_LOCKS,
    timeout: 180_000,
    judges: 'policy-agent',
    refs: [
      {
        title: 'aws-network-policy-agent#620: state of a deleted pod is kept when nobody reports the deletion',
        url: 'https://github.com/aws/aws-network-policy-agent/issues/620',
      },
    ],
  },
  async (t) => {
    const first = await openEnforcedStage(t, { owner: 'client' });
    if (policyByController(t)) await removeRacePolicy(t, first);
    const again = await t.step('delete the client and create it again', () => reopenClient(t, first));
    // Its policy still names the old address, or is gone: the way is open, unless the agent heard of the pod and knows its name.
    await t.evidence.require(pathIsOpenOrDenied(again));
    await t.step('update the policy to its new address', () => applyRacePolicy(t, again));
    const started = t.evidence.now();
    const seen = await watchEnforcement(again, t.signal, enforcedWithinMs);
    let heard = 0;
    for (let attempt = 0; attempt < tries; attempt += 1) if ((await knock(again, t.signal)).heard) heard += 1;
    judgeIsolated(t, again, {
      pod: 'recreated',
      seen,
      knocks: { tries, heard },
      durationMs: t.evidence.now() - started,
    });
  },
);
