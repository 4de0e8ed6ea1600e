import { spec } from '../../../harness/run/spec.ts';
import { blockLoad } from '../faults/program-pin.ts';
import { knock, loadFailed, pathIsOpen, watchEnforcement } from '../evidence/race-premises.ts';
import { judgeLoadAgain } from '../judge/load-again.ts';
import { applyRacePolicy, openRaceStage } from '../stage/race-stage.ts';
import { RACE_LOCKS } from '../stage/race-locks.ts';

const tries = 10;
/** A controller's own back-off doubles from milliseconds on: after a few failures it is not beyond seconds. */
const enforcedWithinMs = 45_000;

spec(
  {
    id: 'race/failed-load-is-tried-again',
    title: 'A policy is in force although the agent’s first program load failed',
    claim:
      'A policy agent whose program could not be loaded for a pod MUST try again until its policy is in force: a failed load that is only logged leaves the pod open to everybody.',
    tags: ['race', 'lifecycle', 'disruptive', 'regression'],
    needs: { workers: 2, capabilities: ['conntrack-cleanup', 'policy-endpoint', 'event-log'], provider: 'kind' },
    locks: RACE_LOCKS,
    timeout: 240_000,
    judges: 'policy-agent',
    refs: [
      {
        title: 'aws-network-policy-agent#486: the agent does not reconcile programs that are not attached',
        url: 'https://github.com/aws/aws-network-policy-agent/issues/486',
      },
      {
        title: 'aws-network-policy-agent#648: what an incomplete load leaves behind',
        url: 'https://github.com/aws/aws-network-policy-agent/pull/648',
      },
    ],
  },
  async (t) => {
    const stage = await t.step('start client and server', () => openRaceStage(t, { owner: 'client' }));
    await t.evidence.require(pathIsOpen(stage));
    const clearTheWay = await blockLoad(t, stage);
    await t.step('isolate the client', () => applyRacePolicy(t, stage));
    const failure = await t.evidence.require(loadFailed(stage, t.wait(30_000)));
    await clearTheWay();
    const started = t.evidence.now();
    const seen = await watchEnforcement(stage, t.signal, t.bound(enforcedWithinMs));
    let heard = 0;
    for (let attempt = 0; attempt < tries; attempt += 1) if ((await knock(stage, t.signal)).heard) heard += 1;
    judgeLoadAgain(t, stage, { seen, failure, knocks: { tries, heard }, durationMs: t.evidence.now() - started });
  },
);
