import { awaitBound } from '../judge/capture-claims.ts';
import { judgeCapture } from '../judge/capture-judgement.ts';
import { removeAgents } from '../faults/agent-absence.ts';
import { OWNS_AGENTS } from '../stage/capture-locks.ts';
import { openCaptureStage } from '../stage/open-capture-stage.ts';
import { recreate } from '../faults/recreate.ts';
import { fileUnchanged } from '../judge/capture-judgements.ts';
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
    const since = await stage.mark(target);
    const restore = await t.step('take the agents away', () => removeAgents(stage));
    const next = await t.step('recreate the target', () => recreate(stage, target, { graceSeconds: 1 }));
    await t.step('bring the agents back', restore);
    await awaitBound(stage, next);
    await t.step('let it talk', () => stage.heard(next, 40));
    const judged = await t.step('judge the captures', () =>
      judgeCapture(stage, [
        { instance: target, ended: true, away: { since } },
        { instance: next, ended: false, blind: 'until-bound' },
      ]),
    );
    const [held, holds] = [before[0]?.contents.packets, judged[0]?.contents.packets];
    t.judge(fileUnchanged, {
      outcome: held === undefined || holds === undefined ? 'unlisted' : holds < held ? 'fewer-packets' : 'same',
      facts: { file: 'open' },
      subject: stage.subject.name,
      expected: 'the old file to keep what it held',
      observed: `${held ?? 'no file,'} packets became ${holds ?? 'no file'}`,
    });
  },
);
