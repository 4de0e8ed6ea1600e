import { noiseWasThere } from '../evidence/capture-premises.ts';
import { awaitBound, judgePhase } from '../judge/capture-claims.ts';
import { judgeCapture } from '../judge/capture-judgement.ts';
import { SHARES_AGENTS } from '../stage/capture-locks.ts';
import { openCaptureStage } from '../stage/open-capture-stage.ts';
import { noFile } from '../judge/capture-judgements.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'capture/absent-target-appears',
    title: 'A capture waits for a pod that does not exist yet',
    claim:
      'A capture whose pod is absent MUST wait without capturing anything, and MUST hold the pod’s first packets once it appears.',
    tags: ['capture'],
    needs: { workers: 2, capabilities: ['waits-for-pod', 'live-file', 'reasons'] },
    locks: SHARES_AGENTS,
    timeout: 120_000,
    judges: 'packet-capture',
    refs: [
      { title: 'ksniff#155: an empty namespace captures nothing', url: 'https://github.com/eldadru/ksniff/issues/155' },
    ],
  },
  async (t) => {
    const stage = await t.step('open the stage', () => openCaptureStage(t));
    await stage.capture();
    // There is talk on its node that it could take, and the agent that could take it is alive: it waits for its pod alone.
    await t.evidence.require(noiseWasThere(stage));
    const waiting = await t.step('judge that it waits', () => judgePhase(stage, 'Pending', 'PodNotFound'));
    t.judge(noFile, {
      outcome: waiting.files.length === 0 ? 'none' : 'file-there',
      facts: { because: 'no-pod' },
      subject: stage.subject.name,
      expected: 'no file while the pod is absent',
      observed: `${waiting.files.length} files`,
    });
    const target = await t.step('start the target', () => stage.start());
    await awaitBound(stage, target);
    await t.step('judge the capture', () => judgeCapture(stage, [{ instance: target, ended: false }]));
  },
);
