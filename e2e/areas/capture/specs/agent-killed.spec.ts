import { awaitBound } from '../judge/capture-claims.ts';
import { judgeCapture } from '../judge/capture-judgement.ts';
import { killAgent, killAgentShim } from '../faults/agent-absence.ts';
import { OWNS_FIRST_AGENT } from '../stage/capture-locks.ts';
import { openCaptureStage } from '../stage/open-capture-stage.ts';
import { fileSet } from '../judge/capture-judgements.ts';
import { spec } from '../../../harness/run/spec.ts';

const cases = [
  { id: 'agent-killed', title: 'A killed agent', fault: 'the agent', kill: killAgent, core: true },
  // The shim is what ends a container's processes: without it an agent's tcpdump could live on with nobody above it.
  {
    id: 'agent-shim-killed',
    title: 'An agent whose shim is killed',
    fault: 'its shim',
    kill: killAgentShim,
    core: false,
  },
] as const;

for (const one of cases)
  spec(
    {
      id: `capture/${one.id}`,
      title: `${one.title} leaves no tcpdump, loses no file, and captures on`,
      claim: `After SIGKILL of ${one.fault} its tcpdump MUST NOT run on unmanaged: the old file stays whole and unchanged, and one new capture of the same instance runs.`,
      tags: ['capture'],
      core: one.core,
      needs: {
        workers: 2,
        capabilities: ['live-file', 'rebinds', 'own-agents'],
        ...(one.core ? {} : { provider: 'kind' as const }),
      },
      locks: OWNS_FIRST_AGENT,
      timeout: 180_000,
      judges: 'packet-capture',
      refs: [{ title: 'ksniff#33: a capture outlives its client', url: 'https://github.com/eldadru/ksniff/issues/33' }],
    },
    async (t) => {
      const stage = await t.step('open the stage', () => openCaptureStage(t, 'first'));
      const { target } = await t.step('start the target and its capture', () => stage.begin());
      await awaitBound(stage, target);
      await t.step('let it talk', () => stage.heard(target, 20));
      const before = await t.step('judge the first capture', () =>
        judgeCapture(stage, [{ instance: target, ended: false }]),
      );
      const since = await stage.mark(target);
      await t.step(`kill ${one.fault}`, () => one.kill(stage, stage.node));
      await t.step('wait for the new binding', () =>
        awaitBound(stage, target, { moreFilesThan: before.length, withinMs: 40_000 }),
      );
      const until = await stage.mark(target);
      await t.step('let it talk', () => stage.heard(target, 40));
      const judged = await t.step('judge the captures', () =>
        judgeCapture(stage, [{ instance: target, ended: false, away: { since, until } }]),
      );
      const [first] = before;
      const kept = judged.find(({ file }) => file.epoch === first?.file.epoch);
      const lost = kept === undefined || kept.contents.packets < (first?.contents.packets ?? 0);
      t.judge(fileSet, {
        outcome: judged.length < 2 || lost ? 'too-few' : judged.length > 2 ? 'too-many' : 'as-owed',
        facts: { after: 'agent-kill' },
        subject: stage.subject.name,
        expected: `two files, the first with at least its ${first?.contents.packets ?? 0} packets`,
        observed: judged
          .map(({ file, contents }) => `epoch ${file.epoch}: ${contents.packets} (${file.endReason ?? 'open'})`)
          .join(', '),
      });
    },
  );
