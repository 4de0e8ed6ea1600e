import { awaitBound } from '../judge/capture-claims.ts';
import { judgeCapture } from '../judge/capture-judgement.ts';
import { SHARES_AGENTS } from '../stage/capture-locks.ts';
import { openCaptureStage } from '../stage/open-capture-stage.ts';
import { restartContainer } from '../faults/restart-container.ts';
import { fileSet } from '../judge/capture-judgements.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'capture/container-restart',
    title: 'A container restart does not interrupt the capture of its pod',
    claim:
      'When a container of the target restarts and the sandbox stays, the capture MUST go on without a gap in the same file.',
    tags: ['capture'],
    needs: { workers: 2, capabilities: ['live-file'] },
    locks: SHARES_AGENTS,
    timeout: 180_000,
    judges: 'packet-capture',
    refs: [
      {
        title: 'inspektor-gadget#315: PIDs are recycled',
        url: 'https://github.com/inspektor-gadget/inspektor-gadget/issues/315',
      },
    ],
  },
  async (t) => {
    const stage = await t.step('open the stage', () => openCaptureStage(t));
    const { target } = await t.step('start the target and its capture', () => stage.begin());
    await awaitBound(stage, target);
    await t.step('kill its process', () => restartContainer(stage, target));
    await awaitBound(stage, target);
    const judged = await t.step('judge the capture', () => judgeCapture(stage, [{ instance: target, ended: false }]));
    const processes = judged[0]?.contents.sent.size ?? 0;
    t.judge(fileSet, {
      outcome:
        judged.length > 1
          ? 'split'
          : judged.length === 0 || processes < 2
            ? 'too-few'
            : processes > 2
              ? 'too-many'
              : 'as-owed',
      facts: { after: 'container-restart' },
      subject: stage.subject.name,
      expected: 'one file with the packets of both processes',
      observed: judged.map(({ file, contents }) => `epoch ${file.epoch}: ${contents.sent.size} processes`).join(', '),
    });
  },
);
