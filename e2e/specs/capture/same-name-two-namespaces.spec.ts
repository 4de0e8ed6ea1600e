import { judgeBound, judgeCapture, judgeEndOfObject } from '../../harness/evidence/capture-judgement.ts';
import { SHARES_AGENTS } from '../../harness/fault/capture-locks.ts';
import { openCaptureStage } from '../../harness/fault/capture-stage.ts';
import { spec } from '../../harness/run/spec.ts';
import { FOLLOWS_INSTANCE } from '../../harness/subject/capture-capabilities.ts';

spec(
  {
    id: 'capture/same-name-two-namespaces',
    title: 'Captures of pods that share a name, or a prefix of it, stay apart',
    claim:
      'Captures of equally named pods in two namespaces, and of a pod whose name begins with another’s, MUST each have a file of their own, and the end of one MUST leave the others as they are.',
    tags: ['capture'],
    needs: { workers: 2, capabilities: [...FOLLOWS_INSTANCE] },
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
    const requests = [
      await stage.capture({ podName: 'web' }),
      await stage.capture({ podName: 'web', namespace: other }),
      await stage.capture({ podName: 'web-2', name: 'capture-2' }),
    ] as const;
    const pods = await t.step('start web, web in the other namespace, and web-2', () =>
      Promise.all([
        stage.start({ name: 'web' }),
        stage.start({ name: 'web', namespace: other }),
        stage.start({ name: 'web-2' }),
      ]),
    );
    for (const [index, pod] of pods.entries()) {
      const request = requests[index] ?? requests[0];
      await judgeBound(stage, pod, { request });
      await t.step(`judge the capture of ${pod.namespace}/${pod.name}`, () =>
        judgeCapture(stage, [{ instance: pod, ended: false }], { request }),
      );
    }
    await t.step('delete the first capture', () => judgeEndOfObject(stage, requests[0], 2000));
    await t.step('let the others talk', () => Promise.all(pods.slice(1).map((pod) => stage.heard(pod, 20))));
    for (const index of [1, 2] as const)
      await t.step(`judge ${requests[index].namespace}/${requests[index].name} again`, () =>
        judgeCapture(stage, [{ instance: pods[index], ended: false }], { request: requests[index] }),
      );
  },
);
