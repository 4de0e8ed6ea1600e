import { awaitBound } from '../judge/capture-claims.ts';
import { judgeCapture } from '../judge/capture-judgement.ts';
import { SHARES_AGENTS } from '../stage/capture-locks.ts';
import { openCaptureStage } from '../stage/open-capture-stage.ts';
import { signalTcpdump } from '../faults/signal-tcpdump.ts';
import { spec } from '../../../harness/run/spec.ts';

for (const [signal, word] of [
  ['STOP', 'stopped'],
  ['KILL', 'killed'],
] as const)
  spec(
    {
      id: `capture/tcpdump-${word}`,
      title: `A ${word} tcpdump is noticed and replaced`,
      claim: `When a capture’s tcpdump is ${word}, the status MUST leave the old capture and another one MUST take its place.`,
      tags: ['capture'],
      needs: { workers: 2, capabilities: ['live-file', 'tcpdump-process', 'rebinds'] },
      locks: SHARES_AGENTS,
      timeout: 120_000,
      judges: 'packet-capture',
      refs: [
        { title: 'cilium-cli PR 40487: readiness of a sniffer', url: 'https://github.com/cilium/cilium/pull/40487' },
      ],
    },
    async (t) => {
      const stage = await t.step('open the stage', () => openCaptureStage(t));
      const { target } = await t.step('start the target and its capture', () => stage.begin());
      const view = await awaitBound(stage, target);
      const since = await stage.mark(target);
      await t.step(`SIG${signal} to its tcpdump`, () => signalTcpdump(stage, view, signal));
      await t.step('judge the new capture', () => awaitBound(stage, target, { moreFilesThan: view.files.length }));
      const until = await stage.mark(target);
      await t.step('let it talk', () => stage.heard(target, 40));
      await t.step('judge the files', () =>
        judgeCapture(stage, [{ instance: target, ended: false, away: { since, until } }]),
      );
    },
  );
