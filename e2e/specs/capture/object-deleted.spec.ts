import { judgeBound, judgeCapture, judgeEndOfObject } from '../../harness/evidence/capture-judgement.ts';
import { SHARES_AGENTS } from '../../harness/fault/capture-locks.ts';
import { openCaptureStage } from '../../harness/fault/capture-stage.ts';
import { spec } from '../../harness/run/spec.ts';
import { FOLLOWS_INSTANCE } from '../../harness/subject/capture-capabilities.ts';

spec(
  {
    id: 'capture/object-deleted',
    title: 'A deleted capture stops within two seconds',
    claim: 'When its object is deleted, the capture’s tcpdump MUST end within 2 s and the object MUST go away.',
    tags: ['capture'],
    needs: { workers: 2, capabilities: [...FOLLOWS_INSTANCE] },
    locks: SHARES_AGENTS,
    timeout: 120_000,
    judges: 'packet-capture',
    refs: [{ title: 'ksniff#53: processes left behind', url: 'https://github.com/eldadru/ksniff/issues/53' }],
  },
  async (t) => {
    const stage = await t.step('open the stage', () => openCaptureStage(t));
    const request = await stage.capture();
    const target = await t.step('start the target', () => stage.start());
    await judgeBound(stage, target);
    await t.step('judge the running capture', () => judgeCapture(stage, [{ instance: target, ended: false }]));
    await t.step('delete the object', () => judgeEndOfObject(stage, request, 2000));
  },
);
