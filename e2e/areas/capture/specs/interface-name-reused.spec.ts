import { awaitBound } from '../judge/capture-claims.ts';
import { judgeCapture } from '../judge/capture-judgement.ts';
import { hostInterface, takeInterfaceName } from '../faults/capture-interface-name.ts';
import { SHARES_AGENTS } from '../stage/capture-locks.ts';
import { openCaptureStage } from '../stage/open-capture-stage.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'capture/interface-name-reused',
    title: 'A capture does not follow an interface’s name to its next owner',
    claim:
      'When the host interface of a deleted target gives its name to another pod’s, the capture MUST NOT hold a packet of that pod, neither before nor after the target is created again.',
    tags: ['capture'],
    needs: { workers: 2, capabilities: ['live-file'], provider: 'kind' },
    locks: SHARES_AGENTS,
    timeout: 180_000,
    judges: 'packet-capture',
    refs: [
      {
        title: 'antrea PR 827: an interface named after its pod is deleted with the former pod',
        url: 'https://github.com/antrea-io/antrea/pull/827',
      },
    ],
  },
  async (t) => {
    const stage = await t.step('open the stage', () => openCaptureStage(t));
    const { target } = await t.step('start the target and its capture', () => stage.begin());
    await awaitBound(stage, target);
    const name = await hostInterface(stage, target);
    await t.step('delete the target', () => stage.delete(target));
    const heir = await t.step('start another pod', () => stage.start({ name: 'heir' }));
    await t.step('give its interface the name', () => takeInterfaceName(stage, name, heir));
    const next = await t.step('create the target again', () => stage.start());
    await awaitBound(stage, next);
    await t.step('let both talk', () => Promise.all([stage.heard(heir, 40), stage.heard(next, 40)]));
    await t.step('judge the captures', () =>
      judgeCapture(stage, [
        { instance: target, ended: true },
        { instance: next, ended: false },
      ]),
    );
  },
);
