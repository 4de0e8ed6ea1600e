import { awaitBound, awaitPhase } from '../judge/capture-claims.ts';
import { judgeCapture } from '../judge/capture-judgement.ts';
import { SHARES_AGENTS } from '../stage/capture-locks.ts';
import { openCaptureStage } from '../stage/open-capture-stage.ts';
import { recreate } from '../faults/recreate.ts';
import { spec } from '../../../harness/run/spec.ts';

/** Long enough for a recreation on a busy machine. */
const SECONDS = 25;

spec(
  {
    id: 'capture/finished-file-holds-one-instance',
    title: 'A capture of limited time ends, and each of its files is of one instance',
    claim:
      'A capture that is limited to some seconds MUST be over after them, and no file of it may hold packets of two instances, though its pod was recreated meanwhile.',
    tags: ['capture'],
    // All that a controller must have to be judged at all: nothing is read before the capture is over.
    needs: { workers: 2, capabilities: ['limits'] },
    locks: SHARES_AGENTS,
    timeout: 240_000,
    judges: 'packet-capture',
    refs: [
      { title: 'antrea#785: two interfaces of one pod name', url: 'https://github.com/antrea-io/antrea/issues/785' },
    ],
  },
  async (t) => {
    const stage = await t.step('open the stage', () => openCaptureStage(t));
    const { target } = await t.step('start the target and its capture', () =>
      stage.begin({}, { limits: { seconds: SECONDS } }),
    );
    await awaitBound(stage, target);
    const next = await t.step('recreate the target', () => recreate(stage, target, { graceSeconds: 1 }));
    await t.step('wait until the capture is over', () =>
      awaitPhase(stage, 'Completed', undefined, { withinMs: (SECONDS + 20) * 1000 }),
    );
    await t.step('let the target talk on', () => stage.heard(next, 20));
    await t.step('judge the captures', () =>
      judgeCapture(stage, [
        { instance: target, ended: true },
        { instance: next, ended: true, endsEarly: true },
      ]),
    );
  },
);
