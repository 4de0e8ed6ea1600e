import { awaitBound } from '../judge/capture-claims.ts';
import { judgeCapture } from '../judge/capture-judgement.ts';
import { OWNS_AGENTS } from '../stage/capture-locks.ts';
import { restartNode } from '../faults/node-restart.ts';
import { openCaptureStage } from '../stage/open-capture-stage.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'capture/node-restart',
    title: 'After a restart of its node a pod is captured on, and nobody else',
    claim:
      'When a node restarts, the capture MUST bind the new sandbox of its pod, and MUST NOT hold a packet of a pod that got its address, its interface or its namespace’s inode.',
    tags: ['capture', 'slow'],
    needs: { workers: 2, capabilities: ['live-file', 'rebinds'], provider: 'kind' },
    locks: [...OWNS_AGENTS, 'cluster/proxy', 'cluster/apiserver'],
    ownsSurroundings: true,
    timeout: 360_000,
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
    const incarnation = await t.step('restart its node', () => restartNode(stage, target));
    await t.step('wait for the new binding', () =>
      awaitBound(stage, target, { moreFilesThan: view.files.length, withinMs: 90_000 }),
    );
    const until = await stage.mark(target);
    await t.step('let it talk', () => stage.heard(target, 40, incarnation));
    await t.step('judge the captures', () =>
      // The agent went down with its node: what neither saw is not held against it.
      judgeCapture(stage, [{ instance: target, ended: false, away: { since, until } }]),
    );
  },
);
