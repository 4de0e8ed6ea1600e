import { holdPort } from '../faults/hold-port.ts';
import { judgeFollows, judgeNewFlows } from '../judge/follow-judgement.ts';
import { SHARES_MAPPER } from '../stage/mapper-locks.ts';
import { openHostPortStage } from '../stage/host-port-stage.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'hostport/host-network-takes-over',
    title: 'A sender reaches the program of the host’s network that takes over a pod’s host port',
    claim:
      'When a pod that holds a host port is deleted and a program in the host’s own network takes the port, the port mapper MUST have deleted the rows that lead to the pod: nobody else is told of such a change.',
    tags: ['hostport', 'conntrack', 'regression'],
    needs: { workers: 2, capabilities: ['mapped-rows'] },
    locks: SHARES_MAPPER,
    timeout: 180_000,
    judges: 'port-mapper',
    refs: [
      {
        title: 'containernetworking/plugins#1277: flush on DEL, for pods that switch to the host’s network',
        url: 'https://github.com/containernetworking/plugins/issues/1277',
      },
    ],
  },
  async (t) => {
    const stage = await openHostPortStage(t, 18_004);
    const held = await holdPort(t, stage);
    const { holder, fresh, sender } = held;
    const sequence = sender.stream.lastSequence();
    await t.step('delete the pod', () => stage.deletePod(holder));
    const next = await t.step('a program of the host’s network takes the port', () =>
      stage.addServer('on-host', { hostNetwork: true }),
    );
    const change = 'host-network-took-over' as const;
    const at = { holder: next, change, after: 'pod-1 was replaced by on-host' };
    const since = await judgeNewFlows(t, fresh, { ...at, servesAt: t.evidence.now() });
    await t.step('judge the sender', () =>
      judgeFollows(t, { ...at, sender, place: 'same-node', sequence, since }, held),
    );
  },
);
