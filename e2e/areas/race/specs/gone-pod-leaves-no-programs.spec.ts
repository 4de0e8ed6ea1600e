import { spec } from '../../../harness/run/spec.ts';
import { pinsOf } from '../evidence/agent-pins.ts';
import { judgePins, watchPins } from '../judge/agent-pins.ts';
import { openEnforcedStage } from '../judge/enforced-stage.ts';
import { removeClient, removeRacePolicy } from '../stage/race-stage.ts';
import { RACE_LOCKS } from '../stage/race-locks.ts';

spec(
  {
    id: 'race/gone-pod-leaves-no-programs',
    title: 'Programs and maps of a deleted pod do not stay on the node',
    claim:
      'A policy agent MUST remove the programs and maps of a pod from its node when the pod and its policy are gone.',
    tags: ['race', 'lifecycle'],
    needs: { workers: 2, capabilities: ['conntrack-cleanup', 'policy-endpoint', 'event-log'] },
    locks: RACE_LOCKS,
    timeout: 180_000,
    judges: 'policy-agent',
    refs: [
      {
        title: 'aws-network-policy-agent#618: programs and maps of gone pods stay',
        url: 'https://github.com/aws/aws-network-policy-agent/issues/618',
      },
      {
        title: 'aws-network-policy-agent#620: state of a deleted pod is kept when nobody reports the deletion',
        url: 'https://github.com/aws/aws-network-policy-agent/issues/620',
      },
    ],
  },
  async (t) => {
    const stage = await openEnforcedStage(t, { owner: 'client' });
    const before = (await pinsOf(stage.ownerEnd, t.signal)).length;
    await t.step('delete the isolated pod, then its policy', async () => {
      await removeClient(t, stage);
      await removeRacePolicy(t, stage);
    });
    judgePins(t, stage, { before, ...(await watchPins(t, stage.ownerEnd)) });
  },
);
