import { awaitBound } from '../judge/capture-claims.ts';
import { judgeCapture } from '../judge/capture-judgement.ts';
import { removeAgents } from '../faults/agent-absence.ts';
import { OWNS_AGENTS } from '../stage/capture-locks.ts';
import { openCaptureStage } from '../stage/open-capture-stage.ts';
import { recreate } from '../faults/recreate.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'capture/agent-down-during-recreate',
    title: 'An agent that was away during a recreation does not resume by name',
    claim:
      'An agent that starts after its target was recreated MUST close the old instance’s capture and MUST bind the new instance under its own UID.',
    tags: ['capture'],
    core: true,
    needs: { workers: 2, capabilities: ['live-file', 'rebinds', 'own-agents'] },
    locks: OWNS_AGENTS,
    timeout: 240_000,
    judges: 'packet-capture',
    refs: [{ title: 'kubeshark#1760: a restarted worker', url: 'https://github.com/kubeshark/kubeshark/issues/1760' }],
  },
  async (t) => {
    const stage = await t.step('open the stage', () => openCaptureStage(t));
    const { target } = await t.step('start the target and its capture', () => stage.begin());
    await awaitBound(stage, target);
    const before = await t.step('judge the first capture', () =>
      judgeCapture(stage, [{ instance: target, ended: false }]),
    );
    const restore = await t.step('take the agents away', () => removeAgents(stage));
    const next = await t.step('recreate the target', () => recreate(stage, target, { graceSeconds: 1 }));
    await t.step('bring the agents back', restore);
    await awaitBound(stage, next);
    await t.step('let it talk', () => stage.heard(next, 40));
    const judged = await t.step('judge the captures', () =>
      judgeCapture(stage, [
        { instance: target, ended: true, endsEarly: true },
        { instance: next, ended: false, blind: 'any' },
      ]),
    );
    t.judge({
      ok:
        judged[0] !== undefined && before[0] !== undefined && judged[0].contents.packets >= before[0].contents.packets,
      subject: stage.subject.name,
      expected: 'the old file to keep what it held',
      observed: `${before[0]?.contents.packets ?? 0} packets became ${judged[0]?.contents.packets ?? 0}`,
    });
  },
);
