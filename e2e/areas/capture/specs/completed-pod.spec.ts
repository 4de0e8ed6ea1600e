import { awaitBound, awaitPhase } from '../judge/capture-claims.ts';
import { judgeCapture } from '../judge/capture-judgement.ts';
import { takeAddress } from '../faults/capture-address-reuse.ts';
import { OWNS_AGENTS } from '../stage/capture-locks.ts';
import { openCaptureStage } from '../stage/open-capture-stage.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'capture/completed-pod',
    title: 'The capture of a completed pod is over, whoever has its address',
    claim:
      'When the target has run to completion and its object is kept, the capture MUST be shown as ended, and MUST NOT hold a packet of the pod that gets its address.',
    tags: ['capture'],
    needs: { workers: 2, capabilities: ['live-file'], provider: 'kind' },
    locks: OWNS_AGENTS,
    timeout: 180_000,
    judges: 'packet-capture',
    refs: [{ title: 'egressd#26: addresses of completed pods', url: 'https://github.com/castai/egressd/pull/26' }],
  },
  async (t) => {
    const stage = await t.step('open the stage', () => openCaptureStage(t));
    const { target } = await t.step('start a target that exits after 6 s, and its capture', () =>
      stage.begin({ restartPolicy: 'Never', exitAfterMs: 6000 }),
    );
    await awaitBound(stage, target);
    await t.step('wait for its end', () => stage.completed(target));
    if (stage.can('reasons')) await t.step('wait until it says so', () => awaitPhase(stage, 'Ended'));
    const heir = await t.step('give its address to another pod', () => takeAddress(stage, target, { name: 'heir' }));
    await t.step('let the heir talk', () => stage.heard(heir, 40));
    await t.step('judge the capture', () => judgeCapture(stage, [{ instance: target, ended: true }]));
  },
);
