import { awaitBound } from '../judge/capture-claims.ts';
import { judgeEndWithSandbox } from '../judge/capture-ending.ts';
import { judgeCapture } from '../judge/capture-judgement.ts';
import { SHARES_AGENTS } from '../stage/capture-locks.ts';
import { openCaptureStage } from '../stage/open-capture-stage.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'capture/only-the-target',
    title: 'A capture holds every packet of its pod and no other',
    claim:
      'A capture of a pod MUST hold all of the pod’s packets from its first to its last, and MUST NOT hold a frame of anyone else.',
    tags: ['capture'],
    core: true,
    needs: { workers: 2, capabilities: ['live-file'] },
    locks: SHARES_AGENTS,
    timeout: 120_000,
    judges: 'packet-capture',
    refs: [
      {
        title: 'antrea discussion 7743: per-pod captures by annotation',
        url: 'https://github.com/antrea-io/antrea/discussions/7743',
      },
    ],
  },
  async (t) => {
    const stage = await t.step('open the stage', () => openCaptureStage(t));
    const { target, request } = await t.step('ask for the capture, before the pod exists if that may be', () =>
      stage.begin(),
    );
    await awaitBound(stage, target);
    await t.step('let it talk', () => stage.heard(target, 40));
    await t.step('judge the running capture', () => judgeCapture(stage, [{ instance: target, ended: false }]));
    await t.step('delete the target', () => stage.delete(target));
    // A node of an existing cluster has no ctr that could be asked.
    if (t.env.cluster.provider === 'kind')
      await t.step('judge the end of its tcpdump', () => judgeEndWithSandbox(stage, request, target, 2000));
    await t.step('judge the closed capture', () => judgeCapture(stage, [{ instance: target, ended: true }]));
  },
);
