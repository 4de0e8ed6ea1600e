import { sendToNobody } from '../faults/hold-port.ts';
import { judgeFollows, judgeNewFlows } from '../judge/follow-judgement.ts';
import { SHARES_MAPPER } from '../stage/mapper-locks.ts';
import { openHostPortStage } from '../stage/host-port-stage.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'hostport/pod-appears',
    title: 'A sender that was there first reaches the pod that takes the port',
    claim:
      'When a pod takes a host port, the port mapper MUST delete rows to that port that were made while nobody held it, so that senders that sent already reach the pod.',
    tags: ['hostport', 'conntrack', 'regression'],
    core: true,
    needs: { workers: 2, capabilities: ['mapped-rows'] },
    locks: SHARES_MAPPER,
    timeout: 180_000,
    judges: 'port-mapper',
    refs: [
      {
        title: 'containernetworking/plugins#123: portmap leaves stale UDP rows',
        url: 'https://github.com/containernetworking/plugins/issues/123',
      },
      {
        title: 'kubernetes/kubernetes#102559: rows of a UDP port that nobody served',
        url: 'https://github.com/kubernetes/kubernetes/issues/102559',
      },
    ],
  },
  async (t) => {
    const stage = await openHostPortStage(t, 18_002);
    const early = await sendToNobody(t, stage);
    const fresh = await t.step('start flows that begin anew', () => stage.startFresh());
    const sequence = early.sender.stream.lastSequence();
    const holder = await t.step('a pod takes the port', () => stage.addHolder('pod-1'));
    const change = 'appeared' as const;
    const at = { holder, change, after: 'pod-1 took the port' };
    const since = await judgeNewFlows(t, fresh, { ...at, servesAt: t.evidence.now() });
    await t.step('judge the sender', () =>
      judgeFollows(t, { ...at, sender: early.sender, place: 'same-node', sequence, since }, early),
    );
  },
);
