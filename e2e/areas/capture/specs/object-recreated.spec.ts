import { awaitBound } from '../judge/capture-claims.ts';
import { judgeEndOfObject } from '../judge/capture-ending.ts';
import { judgeCapture } from '../judge/capture-judgement.ts';
import { SHARES_AGENTS } from '../stage/capture-locks.ts';
import { openCaptureStage } from '../stage/open-capture-stage.ts';
import { fileSet } from '../judge/capture-judgements.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'capture/object-recreated',
    title: 'A capture recreated under its name starts afresh',
    claim:
      'A capture object that is deleted and created again under its name MUST NOT inherit files, counters or phase of the former.',
    tags: ['capture'],
    needs: { workers: 2, capabilities: ['live-file'] },
    locks: SHARES_AGENTS,
    timeout: 120_000,
    judges: 'packet-capture',
    refs: [{ title: 'antrea PR 6964: compare UIDs on update', url: 'https://github.com/antrea-io/antrea/pull/6964' }],
  },
  async (t) => {
    const stage = await t.step('open the stage', () => openCaptureStage(t));
    const { target, request } = await t.step('start the target and its capture', () => stage.begin());
    const first = await awaitBound(stage, target);
    await t.step('delete the object', () => judgeEndOfObject(stage, request, target, 2000));
    const sent = stage.truth.snapshot(target.uid);
    await t.step('create it again', () => stage.capture());
    const second = await awaitBound(stage, target);
    await t.step('let it talk', () => stage.heard(target, 30));
    const judged = await t.step('judge the new capture', () =>
      judgeCapture(stage, [{ instance: target, ended: false, blind: 'until-bound' }]),
    );
    const inherited = judged.flatMap(({ contents }) =>
      [...contents.sent].flatMap(([process, numbers]) => [...numbers].filter((seq) => sent.get(process)?.has(seq))),
    );
    const wrong = judged.length === 0 ? 'too-few' : judged.length > 1 ? 'too-many' : 'as-owed';
    t.judge(fileSet, {
      outcome: second.uid === first.uid ? 'same-object' : inherited.length > 0 ? 'inherited' : wrong,
      facts: { after: 'object-recreation' },
      subject: stage.subject.name,
      expected: 'another object with one file, of packets that were sent after its creation',
      observed: `object ${second.uid}, ${judged.length} files, ${inherited.length} packets from before`,
    });
  },
);
