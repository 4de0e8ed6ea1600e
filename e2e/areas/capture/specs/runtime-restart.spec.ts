import { awaitBound } from '../judge/capture-claims.ts';
import { judgeCapture } from '../judge/capture-judgement.ts';
import { OWNS_AGENTS } from '../stage/capture-locks.ts';
import { openCaptureStage } from '../stage/open-capture-stage.ts';
import { killAllSandboxes } from '../faults/node-containers.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'capture/runtime-restart',
    title: 'A node whose pods all start anew is captured right',
    claim:
      'When every sandbox of a node is re-created at once, as after a reboot, the capture MUST bind the new sandbox of its pod and MUST NOT hold a packet of a neighbour, whatever addresses were swapped.',
    tags: ['capture'],
    needs: { workers: 2, capabilities: ['live-file', 'rebinds'], provider: 'kind' },
    locks: OWNS_AGENTS,
    ownsSurroundings: true,
    timeout: 300_000,
    judges: 'packet-capture',
    refs: [
      {
        title: 'cilium PR 19996: addresses swapped after a restart',
        url: 'https://github.com/cilium/cilium/pull/19996',
      },
    ],
  },
  async (t) => {
    const stage = await t.step('open the stage', () => openCaptureStage(t));
    const { target } = await t.step('start the target and its capture', () => stage.begin());
    const view = await awaitBound(stage, target);
    const since = await stage.mark(target);
    await t.step('kill every sandbox of its node', () => killAllSandboxes(stage));
    const incarnation = await t.step('wait for its new process', () => stage.learn(target));
    await stage.heard(target, 20, incarnation);
    await t.step('judge the new binding', () =>
      awaitBound(stage, target, { moreFilesThan: view.files.length, withinMs: 90_000 }),
    );
    const until = await stage.mark(target);
    await t.step('let it talk', () => stage.heard(target, 40, incarnation));
    await t.step('judge the captures', () =>
      // The agent went down with the rest: what neither saw is not held against it.
      judgeCapture(stage, [{ instance: target, ended: false, away: { since, until } }]),
    );
  },
);
