import { followConntrack } from '../../../harness/conntrack/conntrack-follower.ts';
import { healthyRow } from '../../../harness/conntrack/conntrack-premises.ts';
import { judgeFlowUntouched } from '../judge/removal-judgement.ts';
import { raiseUdpTimeouts } from '../../../harness/conntrack/conntrack-timeouts.ts';
import { startCanary } from '../faults/canary.ts';
import { SHARES_PROXY } from '../stage/proxy-locks.ts';
import { flowOf, pinFlow, replaceServer } from '../faults/server-cycle.ts';
import { openStage } from '../stage/service-stage.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'udp/unrelated-flow-same-node-port',
    title: 'A flow to a pod whose port equals a node port stays',
    claim:
      'While it cleans up after a node port, the service proxy MUST NOT delete rows of flows to other addresses whose destination port has the same number.',
    tags: ['udp', 'conntrack'],
    needs: { workers: 2, capabilities: ['conntrack-rows', 'node-port'] },
    locks: SHARES_PROXY,
    timeout: 180_000,
    judges: 'service-proxy',
    refs: [
      {
        title: 'kubernetes/kubernetes#49881: node-port clean-up without a destination address',
        url: 'https://github.com/kubernetes/kubernetes/issues/49881',
      },
    ],
  },
  async (t) => {
    const stage = await openStage(t, { type: 'NodePort' });
    const port = stage.nodePort;
    const bystander = await t.step('start a server in no Service that listens on the node port’s number', () =>
      stage.addServer('bystander', { member: false, ports: [port] }),
    );
    const follower = await followConntrack(t, stage.clientNode, {
      protocol: 'udp',
      dst: stage.ip(bystander),
      dport: port,
    });
    const [other] = await t.step('a client talks to it', () =>
      Promise.all([
        stage.startClient('other-client', { frontend: 'pod-ip', host: stage.ip(bystander), port }),
        raiseUdpTimeouts(t, stage.clientNode),
      ]),
    );
    const flow = flowOf(stage, other, stage.clientNode);
    await t.evidence.require(other.stream.answeredBy({ server: 'bystander' }, t.wait(20_000)));
    const row = await t.evidence.require(healthyRow(t, flow, stage.ip(bystander), follower));
    const canary = await startCanary(t, stage);
    const before = other.stream.lastSequence();
    // Some proxies clean up when the first endpoint comes, others when one goes.
    const pinned = await pinFlow(t, stage);
    await replaceServer(t, stage, pinned);
    await t.evidence.require(pinned.client.stream.answeredBy({ server: 'server-2' }, t.wait(20_000)));
    await canary.requireCleanUps();
    await judgeFlowUntouched(t, {
      flow,
      stream: other.stream,
      follower,
      row,
      sequence: before,
      disturbance: 'clean-up',
      during: 'a clean-up of a node port',
    });
  },
);
