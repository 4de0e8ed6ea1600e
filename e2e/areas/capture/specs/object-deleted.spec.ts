import { awaitBound } from '../judge/capture-claims.ts';
import { judgeEndOfObject } from '../judge/capture-ending.ts';
import { judgeCapture } from '../judge/capture-judgement.ts';
import { SHARES_AGENTS } from '../stage/capture-locks.ts';
import { openCaptureStage } from '../stage/open-capture-stage.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'capture/object-deleted',
    title: 'A deleted capture stops within two seconds',
    claim: 'When its object is deleted, the capture’s tcpdump MUST end within 2 s and the object MUST go away.',
    tags: ['capture'],
    needs: { workers: 2, capabilities: ['live-file'] },
    locks: SHARES_AGENTS,
    timeout: 120_000,
    judges: 'packet-capture',
    refs: [{ title: 'ksniff#53: processes left behind', url: 'https://github.com/eldadru/ksniff/issues/53' }],
  },
  async (t) => {
    const stage = await t.step('open the stage', () => openCaptureStage(t));
    const { target, request } = await t.step('start the target and its capture', () => stage.begin());
    await awaitBound(stage, target);
    await t.step('judge the running capture', () => judgeCapture(stage, [{ instance: target, ended: false }]));
    await t.step('delete the object', () => judgeEndOfObject(stage, request, target, 2000));
  },
);
