import { awaitBound } from '../judge/capture-claims.ts';
import { judgeCapture } from '../judge/capture-judgement.ts';
import { OWNS_AGENTS } from '../stage/capture-locks.ts';
import { addStandby, freezeLeader, removeController } from '../faults/controller-absence.ts';
import { openCaptureStage } from '../stage/open-capture-stage.ts';
import { recreate } from '../faults/recreate.ts';
import { spec } from '../../../harness/run/spec.ts';

const needs = {
  workers: 2,
  capabilities: ['live-file', 'rebinds', 'own-agents', 'own-controller'],
} as const;
const refs = [{ title: 'kubeshark#1436: new pods missed', url: 'https://github.com/kubeshark/kubeshark/issues/1436' }];

spec(
  {
    id: 'capture/controller-away-during-recreate',
    title: 'A controller that was away during a recreation binds the new instance',
    claim:
      'While no controller runs, the capture of a deleted instance MUST end with it, complete; once one runs again the new instance MUST be bound under its own UID.',
    tags: ['capture'],
    needs,
    locks: OWNS_AGENTS,
    timeout: 240_000,
    judges: 'packet-capture',
    refs,
  },
  async (t) => {
    const stage = await t.step('open the stage', () => openCaptureStage(t));
    const { target } = await t.step('start the target and its capture', () => stage.begin());
    await awaitBound(stage, target);
    const restore = await t.step('take the controller away', () => removeController(stage));
    const next = await t.step('recreate the target', () => recreate(stage, target, { graceSeconds: 1 }));
    await t.step('bring the controller back', restore);
    await awaitBound(stage, next, { withinMs: 40_000 });
    await t.step('let it talk', () => stage.heard(next, 40));
    await t.step('judge the captures', () =>
      judgeCapture(stage, [
        { instance: target, ended: true },
        { instance: next, ended: false, blind: 'until-bound' },
      ]),
    );
  },
);

spec(
  {
    id: 'capture/controller-failover',
    title: 'A leader that was frozen and comes back changes nothing',
    claim:
      'When the leading controller freezes, another MUST take over and bind a recreated target; the former leader, which still knows the old instance, MUST NOT bring it back when it goes on.',
    tags: ['capture'],
    needs: { ...needs, provider: 'kind' },
    locks: OWNS_AGENTS,
    timeout: 300_000,
    judges: 'packet-capture',
    refs,
  },
  async (t) => {
    const stage = await t.step('open the stage', () => openCaptureStage(t));
    const { target } = await t.step('start the target and its capture', () => stage.begin());
    await awaitBound(stage, target);
    await t.step('add a standby controller', () => addStandby(stage));
    const thaw = await t.step('freeze the leader', () => freezeLeader(stage));
    const next = await t.step('recreate the target', () => recreate(stage, target, { graceSeconds: 1 }));
    await awaitBound(stage, next);
    await t.step('let the former leader go on', thaw);
    await t.step('let the target talk', () => stage.heard(next, 100));
    await t.step('judge the captures', () =>
      judgeCapture(stage, [
        { instance: target, ended: true },
        // Without a gap: the former leader's word would have ended and begun it anew.
        { instance: next, ended: false },
      ]),
    );
  },
);
