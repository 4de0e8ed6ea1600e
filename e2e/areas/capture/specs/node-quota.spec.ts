import { awaitBound, awaitPhase, judgeClaims } from '../judge/capture-claims.ts';
import { judgeProcesses } from '../judge/capture-ending.ts';
import { OWNS_AGENTS } from '../stage/capture-locks.ts';
import { fileSize, smallQuota } from '../faults/capture-quota.ts';
import { reached } from '../stage/capture-wait.ts';
import { openCaptureStage } from '../stage/open-capture-stage.ts';
import { sizeKept } from '../judge/capture-judgements.ts';
import { spec } from '../../../harness/run/spec.ts';

const MIB = 2 ** 20;

spec(
  {
    id: 'capture/node-quota',
    title: 'Captures of a node share a quota: old files go first, then the capture ends',
    claim:
      'When the captures of a node reach their quota, the oldest closed file MUST go before a running capture ends; when nothing is left to go, the capture MUST end and say that there is no room.',
    tags: ['capture', 'slow'],
    needs: {
      workers: 2,
      capabilities: ['live-file', 'node-files', 'reasons', 'own-agents', 'tcpdump-process'],
      provider: 'kind',
    },
    locks: OWNS_AGENTS,
    timeout: 300_000,
    judges: 'packet-capture',
    refs: [
      {
        title: 'inspektor-gadget#5289: a full disk',
        url: 'https://github.com/inspektor-gadget/inspektor-gadget/issues/5289',
      },
    ],
  },
  async (t) => {
    const stage = await t.step('open the stage', () => openCaptureStage(t));
    await t.step('give the captures of a node 3 MiB', () => smallQuota(stage, 3));
    const loud = { periodMs: 5, padBytes: 1200 };
    const first = await t.step('capture a first target', () =>
      stage.begin({ name: 'first', ...loud }, { name: 'first' }),
    );
    const [old] = (await awaitBound(stage, first.target, { request: first.request })).files;
    if (old === undefined) return t.inconclusive('the first capture has no file');
    await t.evidence.require({
      name: 'a first capture takes a third of the quota',
      lane: 'disk',
      prove: async () => {
        const value = await stage.wait('the first file has 1 MiB', 60_000, async () => {
          const size = await fileSize(stage, old);
          return size !== undefined && size > MIB ? size : undefined;
        });
        return { proven: true, value, summary: `${value} bytes` };
      },
    });
    await t.step('delete it', () => stage.delete(first.target));
    const second = await t.step('capture a second target', () =>
      stage.begin({ name: 'second', ...loud }, { name: 'second' }),
    );
    const [young] = (await awaitBound(stage, second.target, { request: second.request })).files;
    if (young === undefined) return t.inconclusive('the second capture has no file');
    const left = await t.step('wait until the first file has gone', () =>
      reached(
        stage.wait('the first file has gone', 25_000, async () =>
          (await fileSize(stage, old)) === undefined ? ((await fileSize(stage, young)) ?? 0) : undefined,
        ),
      ),
    );
    t.judge(sizeKept, {
      outcome: left === undefined ? 'not-freed' : left > MIB / 2 ? 'kept' : 'too-small',
      facts: { limit: 'quota' },
      subject: stage.subject.name,
      expected: 'the closed file to go and the running capture to stay',
      observed: left === undefined ? 'the closed file stayed' : `${left} bytes of the running one`,
    });
    const { request } = second;
    const view = await t.step('wait until nothing is left to go', () =>
      awaitPhase(stage, 'Failed', 'NoSpace', { request, withinMs: 25_000 }),
    );
    judgeClaims(stage);
    await judgeProcesses(stage, view, 0, request);
    const size = await fileSize(stage, young);
    t.judge(sizeKept, {
      outcome: size === undefined || size <= 2 * MIB ? 'too-small' : size >= 5 * MIB ? 'too-large' : 'kept',
      facts: { limit: 'quota' },
      subject: stage.subject.name,
      expected: 'what was captured up to the quota to stay',
      observed: size === undefined ? 'no file any more' : `${size} bytes`,
    });
  },
);
