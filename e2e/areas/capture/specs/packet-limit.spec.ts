import { awaitPhase } from '../judge/capture-claims.ts';
import { judgeCapture } from '../judge/capture-judgement.ts';
import { SHARES_AGENTS } from '../stage/capture-locks.ts';
import { openCaptureStage } from '../stage/open-capture-stage.ts';
import { recreate } from '../faults/recreate.ts';
import { sizeKept } from '../judge/capture-judgements.ts';
import { spec } from '../../../harness/run/spec.ts';

const PACKETS = 60;

spec(
  {
    id: 'capture/packet-limit',
    title: 'A capture of so many packets holds as many, and does not begin again',
    claim:
      'A capture that is limited in packets MUST end with exactly so many of its pod’s packets, and MUST NOT capture a later instance.',
    tags: ['capture'],
    needs: { workers: 2, capabilities: ['limits'] },
    locks: SHARES_AGENTS,
    timeout: 180_000,
    judges: 'packet-capture',
    refs: [{ title: 'antrea#6815: packets before the filter', url: 'https://github.com/antrea-io/antrea/issues/6815' }],
  },
  async (t) => {
    const stage = await t.step('open the stage', () => openCaptureStage(t));
    const { target } = await t.step('start the target and its capture', () =>
      stage.begin({}, { limits: { packets: PACKETS } }),
    );
    await t.step('let it talk past the limit', () => stage.heard(target, PACKETS));
    await t.step('wait until the capture is over', () => awaitPhase(stage, 'Completed'));
    const next = await t.step('recreate the target', () => recreate(stage, target, { graceSeconds: 1 }));
    const judged = await t.step('judge the capture', () =>
      judgeCapture(stage, [
        { instance: target, ended: true, endsEarly: true },
        { instance: next, ended: true, unwanted: true },
      ]),
    );
    const packets = judged[0]?.contents.packets ?? 0;
    const size = packets === PACKETS ? 'kept' : packets < PACKETS ? 'too-small' : 'too-large';
    t.judge(sizeKept, {
      outcome: judged.length > 1 ? 'too-large' : size,
      facts: { limit: 'packets' },
      subject: stage.subject.name,
      expected: `one file of ${PACKETS} packets`,
      observed: judged.map(({ contents }) => `${contents.packets} packets`).join(', '),
    });
  },
);
