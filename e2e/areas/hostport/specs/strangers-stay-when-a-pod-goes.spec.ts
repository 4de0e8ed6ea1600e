import { followConntrack } from '../../../harness/conntrack/conntrack-follower.ts';
import { pinned } from '../faults/hold-port.ts';
import { judgeStrangers } from '../judge/strangers-judgement.ts';
import { endOf, rulesLeadTo } from '../evidence/mapped-row.ts';
import { SHARES_MAPPER } from '../stage/mapper-locks.ts';
import { openHostPortStage } from '../stage/host-port-stage.ts';
import { startStrangers } from '../stage/strangers.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'hostport/strangers-stay-when-a-pod-goes',
    title: 'Flows of others with the same port number stay when a pod gives a host port up',
    claim:
      'When a pod that holds a host port is deleted, the port mapper MUST NOT delete rows of flows that merely have the same destination port.',
    tags: ['hostport', 'conntrack'],
    needs: { workers: 2, capabilities: ['mapped-rows', 'readable-rules', 'host-address'] },
    locks: SHARES_MAPPER,
    timeout: 180_000,
    judges: 'port-mapper',
    refs: [
      {
        title: 'kubernetes/kubernetes#49881: clean-up by port alone kills unrelated flows, in a service proxy',
        url: 'https://github.com/kubernetes/kubernetes/issues/49881',
      },
    ],
  },
  async (t) => {
    const stage = await openHostPortStage(t, 18_006);
    const follower = await followConntrack(t, stage.node, { protocol: 'udp', dport: stage.port });
    const [strangers, holder] = await Promise.all([
      startStrangers(t, stage, follower),
      stage.addHolder('pod-1', { hostIP: stage.host }),
    ]);
    const sender = await t.step('start a sender', () => stage.startSender('sender'));
    const { row } = await pinned(t, stage, { sender, holder, follower });
    await t.evidence.require(rulesLeadTo(t, stage, holder, true));
    const sequences = strangers.map((one) => one.sender.stream.lastSequence());
    await t.step('delete the pod', () => stage.deletePod(holder));
    // Its network is taken down when it is gone, and all that the port mapper does is done.
    await t.evidence.require(rulesLeadTo(t, stage, holder, false));
    const own = endOf(follower, row);
    await judgeStrangers(t, strangers, {
      during: 'pod-goes',
      told: 'a pod gives the port up',
      follower,
      sequences,
      own,
    });
  },
);
