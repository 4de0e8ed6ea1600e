import { awaitBound } from '../judge/capture-claims.ts';
import { judgeCapture } from '../judge/capture-judgement.ts';
import { OWNS_FIRST_AGENT } from '../stage/capture-locks.ts';
import { openCaptureStage } from '../stage/open-capture-stage.ts';
import { recreate } from '../faults/recreate.ts';
import { fileSet } from '../judge/capture-judgements.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'capture/recreate-other-node',
    title: 'A pod recreated under its name on another node is captured there, and only there',
    claim:
      'When a target is recreated on another node, the capture on the old node MUST end and exactly one capture in the cluster MUST run, on the new node, under the new UID.',
    tags: ['capture'],
    needs: { workers: 2, capabilities: ['live-file'] },
    locks: OWNS_FIRST_AGENT,
    timeout: 180_000,
    judges: 'packet-capture',
    refs: [
      {
        title: 'cilium#29571: the old address of a recreated StatefulSet pod',
        url: 'https://github.com/cilium/cilium/issues/29571',
      },
    ],
  },
  async (t) => {
    const stage = await t.step('open the stage', () => openCaptureStage(t, 'first'));
    const { target } = await t.step('start the target and its capture', () => stage.begin());
    await awaitBound(stage, target);
    const next = await t.step('recreate it on the other node', () =>
      recreate(stage, target, { graceSeconds: 1, node: stage.otherNode }),
    );
    await awaitBound(stage, next);
    const judged = await t.step('judge the captures', () =>
      judgeCapture(stage, [
        { instance: target, ended: true },
        { instance: next, ended: false },
      ]),
    );
    if (!stage.can('rebinds')) return;
    t.judge(fileSet, {
      outcome: judged.at(-1)?.file.nodeName === stage.otherNode.name ? 'as-owed' : 'wrong-place',
      facts: { after: 'other-node' },
      subject: stage.subject.name,
      expected: `the second file on ${stage.otherNode.name}`,
      observed: judged.map(({ file }) => `epoch ${file.epoch} on ${file.nodeName}`).join(', '),
    });
  },
);
