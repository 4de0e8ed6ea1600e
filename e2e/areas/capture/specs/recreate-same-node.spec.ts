import { awaitBound } from '../judge/capture-claims.ts';
import type { Expected } from '../judge/expected.ts';
import type { JudgedFile } from '../judge/capture-file-judgement.ts';
import { judgeCapture } from '../judge/capture-judgement.ts';
import { SHARES_AGENTS } from '../stage/capture-locks.ts';
import { openCaptureStage } from '../stage/open-capture-stage.ts';
import { recreate } from '../faults/recreate.ts';
import { spec } from '../../../harness/run/spec.ts';

const cases = [
  { id: 'grace-0', title: 'with grace 0', graceSeconds: 0, core: false },
  { id: 'grace-1', title: 'with grace 1', graceSeconds: 1, core: true },
  { id: 'grace-30', title: 'with grace 30', graceSeconds: 30, core: false },
  // Two ready sandboxes of one name at a time: the old process lives on after its pod object is gone.
  {
    id: 'forced-while-busy',
    title: 'by force while it ignores SIGTERM',
    graceSeconds: 0,
    ignoresTerm: true,
    core: false,
  },
] as const;

for (const one of cases)
  spec(
    {
      id: `capture/recreate-same-node-${one.id}`,
      title: `A pod recreated under its name on its node is another capture, ${one.title}`,
      claim:
        'When a pod is deleted and one of the same name takes its place, the capture MUST close the old instance’s file complete and unchanged, and MUST capture the new instance from its first packets in a file of its own.',
      tags: ['capture'],
      core: one.core,
      needs: { workers: 2, capabilities: ['live-file'] },
      locks: SHARES_AGENTS,
      timeout: 240_000,
      iterations: 2,
      judges: 'packet-capture',
      refs: [
        { title: 'antrea#785: two interfaces of one pod name', url: 'https://github.com/antrea-io/antrea/issues/785' },
        {
          title: 'kubernetes#84453: delete and create may arrive as one update',
          url: 'https://github.com/kubernetes/kubernetes/pull/84453',
        },
      ],
    },
    async (t) => {
      const stage = await t.step('open the stage', () => openCaptureStage(t));
      const options = 'ignoresTerm' in one ? { ignoresTerm: true } : {};
      const { target } = await t.step('start the target and its capture', () => stage.begin(options));
      let current = target;
      await awaitBound(stage, current);
      const past: Expected[] = [];
      let judged: readonly JudgedFile[] = [];
      for (let round = 1; round <= (t.iterations ?? 1); round++) {
        const next = await t.step(`recreate the target (${round})`, () =>
          recreate(stage, current, { ...options, graceSeconds: one.graceSeconds }),
        );
        past.push({ instance: current, ended: true });
        await t.step(`judge the captures (${round})`, async () => {
          await awaitBound(stage, next);
          judged = await judgeCapture(stage, [...past, { instance: next, ended: false }], { earlier: judged });
        });
        current = next;
      }
    },
  );
