import { judgeBound, judgeCapture } from '../../harness/evidence/capture-judgement.ts';
import { killAgent } from '../../harness/fault/agent-absence.ts';
import { OWNS_AGENTS } from '../../harness/fault/capture-locks.ts';
import { openCaptureStage } from '../../harness/fault/capture-stage.ts';
import { spec } from '../../harness/run/spec.ts';
import { FOLLOWS_INSTANCE } from '../../harness/subject/capture-capabilities.ts';

spec(
  {
    id: 'capture/agent-killed',
    title: 'A killed agent leaves no tcpdump, loses no file, and captures on',
    claim:
      'After SIGKILL of the agent its tcpdump MUST NOT run on unmanaged: the old file stays whole and unchanged, and one new capture of the same instance runs.',
    tags: ['capture'],
    core: true,
    needs: { workers: 2, capabilities: [...FOLLOWS_INSTANCE, 'rebinds', 'own-agents'] },
    locks: OWNS_AGENTS,
    timeout: 180_000,
    judges: 'packet-capture',
    refs: [{ title: 'ksniff#33: a capture outlives its client', url: 'https://github.com/eldadru/ksniff/issues/33' }],
  },
  async (t) => {
    const stage = await t.step('open the stage', () => openCaptureStage(t));
    await stage.capture();
    const target = await t.step('start the target', () => stage.start());
    await judgeBound(stage, target);
    await t.step('let it talk', () => stage.heard(target, 20));
    const before = await t.step('judge the first capture', () =>
      judgeCapture(stage, [{ instance: target, ended: false }]),
    );
    await t.step('kill the agent', () => killAgent(stage, stage.node));
    await t.step('judge the new binding', () => judgeBound(stage, target, { moreFilesThan: before.length }));
    await t.step('let it talk', () => stage.heard(target, 40));
    const judged = await t.step('judge the captures', () =>
      judgeCapture(stage, [{ instance: target, ended: false, gapsAllowed: true }]),
    );
    const [first] = before;
    const kept = judged.find(({ file }) => file.epoch === first?.file.epoch);
    t.judge({
      ok: judged.length === 2 && kept !== undefined && kept.contents.packets >= (first?.contents.packets ?? 0),
      subject: stage.subject.name,
      expected: `two files, the first with at least its ${first?.contents.packets ?? 0} packets`,
      observed: judged
        .map(({ file, contents }) => `epoch ${file.epoch}: ${contents.packets} (${file.endReason ?? 'open'})`)
        .join(', '),
    });
  },
);
