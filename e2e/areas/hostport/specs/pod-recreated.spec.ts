import { pinned, holdPort } from '../faults/hold-port.ts';
import { judgeFollows, judgeNewFlows } from '../judge/follow-judgement.ts';
import { SHARES_MAPPER } from '../stage/mapper-locks.ts';
import { openHostPortStage } from '../stage/host-port-stage.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'hostport/pod-recreated',
    title: 'A sender that keeps its socket follows a pod that is recreated on its host port',
    claim:
      'When a pod that holds a host port is deleted and another one takes the port on the same node, the port mapper MUST delete rows that lead to the old pod, so that senders that kept their sockets reach the new one.',
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
        title: 'kubernetes/kubernetes#66651: UDP host port, the pod is recreated, packets go nowhere',
        url: 'https://github.com/kubernetes/kubernetes/issues/66651',
      },
    ],
  },
  async (t) => {
    const stage = await openHostPortStage(t, 18_001);
    const held = await holdPort(t, stage);
    const { holder, fresh, follower } = held;
    const remote = await t.step('start a sender on another node', () =>
      stage.startSender('remote', { node: stage.otherNode, sourcePort: 12_346 }),
    );
    const far = await pinned(t, stage, { sender: remote, holder, follower });
    const [sequence, farSequence] = [held.sender.stream.lastSequence(), remote.stream.lastSequence()];
    await t.step('delete the pod', () => stage.deletePod(holder));
    const next = await t.step('another pod takes the port', () => stage.addHolder('pod-2'));
    const change = 'recreated' as const;
    const at = { holder: next, change, after: 'pod-1 was replaced by pod-2' };
    const since = await judgeNewFlows(t, fresh, { ...at, servesAt: t.evidence.now() });
    await t.step('judge the sender on the same node', () =>
      judgeFollows(t, { ...at, sender: held.sender, place: 'same-node', sequence, since }, held),
    );
    await t.step('judge the sender on another node', () =>
      judgeFollows(t, { ...at, sender: remote, place: 'other-node', sequence: farSequence, since }, far),
    );
  },
);
