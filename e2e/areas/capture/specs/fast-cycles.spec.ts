import { awaitBound } from '../judge/capture-claims.ts';
import { judgeBlindWindows } from '../judge/capture-completeness.ts';
import type { Expected } from '../judge/expected.ts';
import { judgeCapture } from '../judge/capture-judgement.ts';
import { SHARES_AGENTS } from '../stage/capture-locks.ts';
import { openCaptureStage } from '../stage/open-capture-stage.ts';
import { cycle, startStatefulSet, STATEFUL_POD } from '../stage/capture-stateful-set.ts';
import { fileSet } from '../judge/capture-judgements.ts';
import { spec } from '../../../harness/run/spec.ts';

/** A status keeps the newest records only: files are judged before theirs fall off. */
const BATCH = 10;

spec(
  {
    id: 'capture/fast-cycles',
    title: 'Twenty fast cycles of a StatefulSet’s pod leave twenty-one files and one tcpdump',
    claim:
      'However fast a StatefulSet’s pod is replaced, each instance MUST have one file of its own and MUST miss no packet in 95 of 100 recreations, never more than two.',
    tags: ['capture', 'slow'],
    needs: { workers: 2, capabilities: ['pod-uid', 'waits-for-pod', 'live-file', 'rebinds'] },
    locks: SHARES_AGENTS,
    timeout: 1_200_000,
    iterations: 20,
    judges: 'packet-capture',
    refs: [
      {
        title: 'cilium#19931: wrong address after a StatefulSet recreate',
        url: 'https://github.com/cilium/cilium/issues/19931',
      },
    ],
  },
  async (t) => {
    const stage = await t.step('open the stage', () => openCaptureStage(t));
    await stage.capture({ podName: STATEFUL_POD });
    let current = await t.step('start the StatefulSet', () => startStatefulSet(stage));
    const former = new Set<string>();
    let batch: Expected[] = [];
    const rounds = t.iterations ?? 20;
    for (let round = 1; round <= rounds; round++) {
      batch.push({ instance: current, ended: true });
      const grace = round % 2;
      current = await t.step(`delete its pod with grace ${grace} (${round})`, () => cycle(stage, current, grace));
      if (batch.length < BATCH && round < rounds) continue;
      await awaitBound(stage, current);
      const all = [...batch, { instance: current, ended: false }];
      const judged = await t.step(`judge ${all.length} captures`, () => judgeCapture(stage, all, { former }));
      t.judge(fileSet, {
        outcome: judged.length === all.length ? 'as-owed' : judged.length < all.length ? 'too-few' : 'too-many',
        facts: { after: 'cycles' },
        subject: stage.subject.name,
        expected: `${all.length} files of ${all.length} instances`,
        observed: `${judged.length} files`,
      });
      for (const { instance } of batch) former.add(instance.uid);
      batch = [];
    }
    judgeBlindWindows(stage);
  },
);
