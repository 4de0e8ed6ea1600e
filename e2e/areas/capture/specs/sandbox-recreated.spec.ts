import { awaitBound } from '../judge/capture-claims.ts';
import { judgeCapture } from '../judge/capture-judgement.ts';
import { SHARES_AGENTS } from '../stage/capture-locks.ts';
import { openCaptureStage } from '../stage/open-capture-stage.ts';
import { recreateSandbox } from '../faults/recreate-sandbox.ts';
import { fileSet } from '../judge/capture-judgements.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'capture/sandbox-recreated',
    title: 'A pod whose sandbox was re-created is captured on',
    claim:
      'When a pod’s sandbox is re-created under the same UID, the capture MUST end with the old network namespace and MUST go on in the new one from its first packets.',
    tags: ['capture'],
    core: true,
    needs: { workers: 2, capabilities: ['live-file', 'rebinds'], provider: 'kind' },
    locks: SHARES_AGENTS,
    timeout: 180_000,
    judges: 'packet-capture',
    refs: [
      {
        title: 'inspektor-gadget#1779: network namespace inodes are reused',
        url: 'https://github.com/inspektor-gadget/inspektor-gadget/pull/1779',
      },
    ],
  },
  async (t) => {
    const stage = await t.step('open the stage', () => openCaptureStage(t));
    const { target } = await t.step('start the target and its capture', () => stage.begin());
    await awaitBound(stage, target);
    await t.step('kill the pause process', () => recreateSandbox(stage, target));
    await awaitBound(stage, target);
    const judged = await t.step('judge the captures', () => judgeCapture(stage, [{ instance: target, ended: false }]));
    const sandboxes = new Set(judged.map(({ file }) => file.sandboxID)).size;
    t.judge(fileSet, {
      outcome: sandboxes === 2 ? 'as-owed' : sandboxes < 2 ? 'too-few' : 'too-many',
      facts: { after: 'sandbox-recreation' },
      subject: stage.subject.name,
      expected: 'one file for each of the two sandboxes',
      observed: judged.map(({ file }) => `epoch ${file.epoch} in ${String(file.sandboxID).slice(0, 13)}`).join(', '),
    });
  },
);
