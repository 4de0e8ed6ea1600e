import { awaitBound, judgePhase } from '../judge/capture-claims.ts';
import { judgeCapture } from '../judge/capture-judgement.ts';
import { judgeProcesses } from '../judge/capture-ending.ts';
import { smallCaptureDisk } from '../faults/capture-disk.ts';
import { OWNS_FIRST_AGENT } from '../stage/capture-locks.ts';
import { openCaptureStage } from '../stage/open-capture-stage.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'capture/no-space',
    title: 'A full disk ends the capture and says so',
    claim:
      'When the node has no room for captures, the status MUST leave Capturing with that reason and no tcpdump may run; with room again the capture MUST go on.',
    tags: ['capture'],
    needs: {
      workers: 2,
      capabilities: ['live-file', 'rebinds', 'node-files', 'reasons', 'own-agents'],
      provider: 'kind',
    },
    locks: OWNS_FIRST_AGENT,
    timeout: 180_000,
    judges: 'packet-capture',
    refs: [
      {
        title: 'inspektor-gadget#5289: a full disk',
        url: 'https://github.com/inspektor-gadget/inspektor-gadget/issues/5289',
      },
    ],
  },
  async (t) => {
    const stage = await t.step('open the stage', () => openCaptureStage(t, 'first'));
    const disk = await t.step('give the captures a small disk', () => smallCaptureDisk(stage));
    const { target } = await t.step('start the target and its capture', () => stage.begin());
    const view = await awaitBound(stage, target);
    const since = await stage.mark(target);
    await t.step('fill the disk', () => disk.fill());
    const failed = await t.step('judge the phase', () => judgePhase(stage, 'Failed', 'NoSpace'));
    await judgeProcesses(stage, failed, 0);
    await t.step('make room', () => disk.empty());
    await t.step('judge the new capture', async () => {
      await awaitBound(stage, target, { moreFilesThan: view.files.length });
      const until = await stage.mark(target);
      await stage.heard(target, 40);
      await judgeCapture(stage, [{ instance: target, ended: false, away: { since, until } }]);
    });
  },
);
