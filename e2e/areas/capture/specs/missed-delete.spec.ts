import { awaitBound } from '../judge/capture-claims.ts';
import { judgeCapture } from '../judge/capture-judgement.ts';
import { cutFromApi } from '../faults/agent-partition.ts';
import { OWNS_FIRST_AGENT } from '../stage/capture-locks.ts';
import { openCaptureStage } from '../stage/open-capture-stage.ts';
import { recreate } from '../faults/recreate.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'capture/missed-delete',
    title: 'An agent that missed a deletion does not mix two instances',
    claim:
      'An agent that was cut off from the API while its target was recreated MUST NOT put the new instance’s packets into the old one’s file, and MUST bind the new instance once it hears again.',
    tags: ['capture'],
    needs: { workers: 2, capabilities: ['live-file', 'rebinds', 'own-agents'], provider: 'kind' },
    locks: OWNS_FIRST_AGENT,
    timeout: 240_000,
    judges: 'packet-capture',
    refs: [
      {
        title: 'kubernetes#133565: a replaced object without its deletion',
        url: 'https://github.com/kubernetes/kubernetes/pull/133565',
      },
    ],
  },
  async (t) => {
    const stage = await t.step('open the stage', () => openCaptureStage(t, 'first'));
    const { target } = await t.step('start the target and its capture', () => stage.begin());
    await awaitBound(stage, target);
    const heal = await t.step('cut the agent off from the API', () => cutFromApi(stage));
    const next = await t.step('recreate the target', () => recreate(stage, target, { graceSeconds: 1 }));
    await t.step('heal the cut', heal);
    // A frozen watch is noticed after at most 30 s of silence.
    await t.step('judge the new binding', () => awaitBound(stage, next, { withinMs: 60_000 }));
    await t.step('let it talk', () => stage.heard(next, 40));
    await t.step('judge the captures', () =>
      judgeCapture(stage, [
        { instance: target, ended: true },
        { instance: next, ended: false, blind: 'until-bound' },
      ]),
    );
  },
);
