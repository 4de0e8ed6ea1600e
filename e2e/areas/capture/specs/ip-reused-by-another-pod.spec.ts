import { awaitBound } from '../judge/capture-claims.ts';
import { judgeCapture } from '../judge/capture-judgement.ts';
import { takeAddress } from '../faults/capture-address-reuse.ts';
import { OWNS_AGENTS } from '../stage/capture-locks.ts';
import { openCaptureStage } from '../stage/open-capture-stage.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'capture/ip-reused-by-another-pod',
    title: 'A capture does not follow an address to its next owner',
    claim:
      'When the address of a deleted target is given to another pod, the capture MUST NOT hold a packet of that pod.',
    tags: ['capture'],
    core: true,
    needs: { workers: 2, capabilities: ['live-file'], provider: 'kind' },
    // Pods that other specs start would take the address.
    locks: OWNS_AGENTS,
    timeout: 180_000,
    judges: 'packet-capture',
    refs: [
      {
        title: 'retina#2085: addresses of gone pods in the filter',
        url: 'https://github.com/microsoft/retina/issues/2085',
      },
    ],
  },
  async (t) => {
    const stage = await t.step('open the stage', () => openCaptureStage(t));
    const { target } = await t.step('start the target and its capture', () => stage.begin());
    await awaitBound(stage, target);
    await t.step('delete the target', () => stage.delete(target));
    const heir = await t.step('give its address to another pod', () => takeAddress(stage, target, { name: 'heir' }));
    await t.step('let the heir talk', () => stage.heard(heir, 40));
    await t.step('judge the capture', () => judgeCapture(stage, [{ instance: target, ended: true }]));
  },
);
