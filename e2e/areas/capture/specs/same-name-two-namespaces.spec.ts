import { awaitBound } from '../judge/capture-claims.ts';
import { judgeEndOfObject } from '../judge/capture-ending.ts';
import { judgeCapture } from '../judge/capture-judgement.ts';
import { SHARES_AGENTS } from '../stage/capture-locks.ts';
import { openCaptureStage } from '../stage/open-capture-stage.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'capture/same-name-two-namespaces',
    title: 'Captures of pods that share a name, or a prefix of it, stay apart',
    claim:
      'Captures of equally named pods in two namespaces, and of a pod whose name begins with another’s, MUST each have a file of their own, and the end of one MUST leave the others as they are.',
    tags: ['capture'],
    needs: { workers: 2, capabilities: ['live-file'] },
    locks: SHARES_AGENTS,
    timeout: 180_000,
    judges: 'packet-capture',
    refs: [
      { title: 'isovalent packet-capture: captures by pod name', url: 'https://github.com/isovalent/packet-capture' },
    ],
  },
  async (t) => {
    const stage = await t.step('open the stage', () => openCaptureStage(t));
    const other = await t.step('make a second namespace', () => stage.anotherNamespace('b'));
    const captures = await t.step('start web, web in the other namespace, and web-2', () =>
      Promise.all([
        stage.begin({ name: 'web' }),
        stage.begin({ name: 'web', namespace: other }),
        stage.begin({ name: 'web-2' }, { name: 'capture-2' }),
      ]),
    );
    for (const { target: pod, request } of captures) {
      await awaitBound(stage, pod, { request });
      await t.step(`judge the capture of ${pod.namespace}/${pod.name}`, () =>
        judgeCapture(stage, [{ instance: pod, ended: false }], { request }),
      );
    }
    await t.step('delete the first capture', () =>
      judgeEndOfObject(stage, captures[0].request, captures[0].target, 2000),
    );
    const others = captures.slice(1);
    await t.step('let the others talk', () => Promise.all(others.map(({ target }) => stage.heard(target, 20))));
    for (const { target, request } of others)
      await t.step(`judge ${request.namespace}/${request.name} again`, () =>
        judgeCapture(stage, [{ instance: target, ended: false }], { request }),
      );
  },
);
