import { judgeBound, judgeCapture, judgeEndOfObject } from '../../harness/evidence/capture-judgement.ts';
import { SHARES_AGENTS } from '../../harness/fault/capture-locks.ts';
import { openCaptureStage } from '../../harness/fault/capture-stage.ts';
import { spec } from '../../harness/run/spec.ts';
import { FOLLOWS_INSTANCE } from '../../harness/subject/capture-capabilities.ts';

spec(
  {
    id: 'capture/object-recreated',
    title: 'A capture recreated under its name starts afresh',
    claim:
      'A capture object that is deleted and created again under its name MUST NOT inherit files, counters or phase of the former.',
    tags: ['capture'],
    needs: { workers: 2, capabilities: [...FOLLOWS_INSTANCE] },
    locks: SHARES_AGENTS,
    timeout: 120_000,
    judges: 'packet-capture',
    refs: [{ title: 'antrea PR 6964: compare UIDs on update', url: 'https://github.com/antrea-io/antrea/pull/6964' }],
  },
  async (t) => {
    const stage = await t.step('open the stage', () => openCaptureStage(t));
    const request = await stage.capture();
    const target = await t.step('start the target', () => stage.start());
    const first = await judgeBound(stage, target);
    await t.step('delete the object', () => judgeEndOfObject(stage, request, 2000));
    await t.step('create it again', () => stage.capture());
    const second = await judgeBound(stage, target);
    t.judge({
      ok: second.uid !== first.uid && second.files.length === 1 && second.files[0]?.path !== first.files[0]?.path,
      subject: stage.subject.name,
      expected: 'another object with one file of its own',
      observed: `object ${second.uid}, files ${second.files.map((file) => file.path).join(', ')}`,
    });
    await t.step('let it talk', () => stage.heard(target, 30));
    await t.step('judge the new capture', () =>
      judgeCapture(stage, [{ instance: target, ended: false, blind: 'any' }]),
    );
  },
);
