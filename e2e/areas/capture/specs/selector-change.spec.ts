import { awaitBound, awaitPhase } from '../judge/capture-claims.ts';
import { judgeCapture } from '../judge/capture-judgement.ts';
import { SHARES_AGENTS } from '../stage/capture-locks.ts';
import { openCaptureStage } from '../stage/open-capture-stage.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'capture/selector-change',
    title: 'A selector binds one pod, refuses two, and follows a change',
    claim:
      'A capture by labels MUST bind the one pod that matches, MUST be refused with a reason while two match, and MUST leave the old pod when another is selected.',
    tags: ['capture'],
    needs: { workers: 2, capabilities: ['live-file', 'selector', 'reasons'] },
    locks: SHARES_AGENTS,
    timeout: 180_000,
    judges: 'packet-capture',
    refs: [{ title: 'ksniff: first container when none is named', url: 'https://github.com/eldadru/ksniff' }],
  },
  async (t) => {
    const stage = await t.step('open the stage', () => openCaptureStage(t));
    await stage.capture({ labels: { role: 'a' } });
    const first = await t.step('start a pod with role a', () => stage.start({ name: 'one', labels: { role: 'a' } }));
    await awaitBound(stage, first);
    const since = await stage.mark(first);
    const second = await t.step('start a second with role a', () =>
      stage.start({ name: 'two', labels: { role: 'a' } }),
    );
    await t.step('judge that two are refused', () => awaitPhase(stage, 'Refused', 'AmbiguousTarget'));
    await t.step('change the selector and the second pod’s label to b', async () => {
      await stage.label(second, { role: 'b' });
      await stage.capture({ labels: { role: 'b' } });
    });
    await awaitBound(stage, second);
    await t.step('let both talk', async () => {
      await Promise.all([stage.heard(first, 30), stage.heard(second, 30)]);
    });
    await t.step('judge the captures', () =>
      judgeCapture(stage, [
        { instance: first, ended: true, away: { since } },
        { instance: second, ended: false, blind: 'until-bound' },
      ]),
    );
  },
);
