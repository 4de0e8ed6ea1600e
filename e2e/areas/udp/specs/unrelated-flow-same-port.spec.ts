import { followConntrack } from '../../../harness/conntrack/conntrack-follower.ts';
import { healthyRow } from '../../../harness/conntrack/conntrack-premises.ts';
import { judgeFlowUntouched } from '../judge/removal-judgement.ts';
import { startCanary } from '../faults/canary.ts';
import { SHARES_PROXY } from '../stage/proxy-locks.ts';
import { flowOf, pinFlow, replaceServer } from '../faults/server-cycle.ts';
import { judgeReplaced } from '../judge/replaced-judgement.ts';
import { openStage, SERVICE_PORT } from '../stage/service-stage.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'udp/unrelated-flow-same-port',
    title: 'A flow to another address with the Service’s port number stays',
    claim:
      'While it cleans up after a Service, the service proxy MUST NOT delete rows of flows that merely have the same destination port.',
    tags: ['udp', 'conntrack'],
    needs: { workers: 2, capabilities: ['conntrack-rows'] },
    locks: SHARES_PROXY,
    timeout: 180_000,
    judges: 'service-proxy',
    refs: [
      {
        title: 'kubernetes/kubernetes#49881: clean-up by port alone kills unrelated flows',
        url: 'https://github.com/kubernetes/kubernetes/issues/49881',
      },
      {
        title: 'kubernetes/kubernetes#129982: a reconciler that ignores the destination',
        url: 'https://github.com/kubernetes/kubernetes/issues/129982',
      },
    ],
  },
  async (t) => {
    const stage = await openStage(t);
    const bystander = await t.step('start a server that is in no Service', () =>
      stage.addServer('bystander', { member: false }),
    );
    const follower = await followConntrack(t, stage.clientNode, {
      protocol: 'udp',
      dst: stage.ip(bystander),
      dport: SERVICE_PORT,
    });
    const [pinned, other] = await Promise.all([
      pinFlow(t, stage),
      stage.startClient('other-client', { frontend: 'pod-ip', host: stage.ip(bystander) }),
    ]);
    const flow = flowOf(stage, other, stage.clientNode);
    await t.evidence.require(other.stream.answeredBy({ server: 'bystander' }, t.wait(20_000)));
    const row = await t.evidence.require(healthyRow(t, flow, stage.ip(bystander), follower));
    const canary = await startCanary(t, stage);
    const before = other.stream.lastSequence();
    const replacement = await replaceServer(t, stage, pinned);
    await t.step('the Service’s own flow was cleaned', () => judgeReplaced(t, stage, pinned, replacement));
    await canary.requireCleanUps();
    await judgeFlowUntouched(t, {
      flow,
      stream: other.stream,
      follower,
      row,
      sequence: before,
      disturbance: 'clean-up',
      during: 'a clean-up of another address',
    });
  },
);
