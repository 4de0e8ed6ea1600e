import { followConntrack } from '../../../harness/conntrack/conntrack-follower.ts';
import { destroyed } from '../../../harness/conntrack/conntrack-premises.ts';
import { sendToNobody } from '../faults/hold-port.ts';
import { judgeStrangers } from '../judge/strangers-judgement.ts';
import { rulesLeadTo } from '../evidence/mapped-row.ts';
import { SHARES_MAPPER } from '../stage/mapper-locks.ts';
import { openHostPortStage } from '../stage/host-port-stage.ts';
import { startStrangers } from '../stage/strangers.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'hostport/strangers-stay-when-a-pod-comes',
    title: 'Flows of others with the same port number stay when a pod takes a host port',
    claim:
      'When a pod takes a host port, the port mapper MUST NOT delete rows of flows that merely have the same destination port: a pod with host port 53 would cut the node’s own DNS.',
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
    const stage = await openHostPortStage(t, 18_005);
    const follower = await followConntrack(t, stage.node, { protocol: 'udp', dport: stage.port });
    const [strangers, canary] = await Promise.all([startStrangers(t, stage, follower), sendToNobody(t, stage)]);
    const sequences = strangers.map(({ sender }) => sender.stream.lastSequence());
    const holder = await t.step('a pod takes the port on the node’s own address', () =>
      stage.addHolder('pod-1', { hostIP: stage.host }),
    );
    await t.evidence.require(rulesLeadTo(t, stage, holder, true));
    const own = await destroyed(canary.follower, canary.row, t.wait(10_000));
    // A mapper that flushes nothing leaves strangers alone as well.
    await t.evidence.require({
      name: 'the mapping’s own stale row went, so rows were looked at',
      lane: stage.node.name,
      prove: () =>
        Promise.resolve(
          own?.userspace === undefined
            ? { proven: false, reason: 'no program deleted it' }
            : { proven: true, value: true, summary: `deleted over netlink port ${own.userspace.portId}` },
        ),
    });
    await judgeStrangers(t, strangers, { during: 'pod-comes', told: 'a pod takes the port', follower, sequences, own });
  },
);
