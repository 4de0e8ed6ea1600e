import { followConntrack } from '../../../harness/conntrack/conntrack-follower.ts';
import { rowPointsAt } from '../../../harness/conntrack/conntrack-premises.ts';
import { judgeFlowUntouched } from '../judge/removal-judgement.ts';
import { raiseUdpTimeouts } from '../../../harness/conntrack/conntrack-timeouts.ts';
import { startCanary } from '../faults/canary.ts';
import { SHARES_PROXY } from '../stage/proxy-locks.ts';
import { flowOf } from '../faults/server-cycle.ts';
import { openStage } from '../stage/service-stage.ts';
import { spec } from '../../../harness/run/spec.ts';

/**
 * The client's node translates nothing here: the row's replies come from the targeted node itself, which is no endpoint.
 * A proxy that matches node-port rows by port number alone takes it for a stale one.
 */
spec(
  {
    id: 'udp/node-port-healthy-flow-stays',
    title: 'A healthy flow to a node port keeps its row on the client’s node',
    claim:
      'When endpoints change, the service proxy MUST NOT delete rows of healthy flows that go to a node port of another node.',
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
    const target = stage.address(stage.otherNode);
    const follower = await followConntrack(t, stage.clientNode, {
      protocol: 'udp',
      dst: target,
      dport: stage.nodePort,
    });
    const [server, newcomer] = await t.step('start servers', () =>
      Promise.all([
        stage.addServer('server-1'),
        stage.addServer('server-2', { member: false }),
        raiseUdpTimeouts(t, stage.clientNode),
      ]),
    );
    // Else the flow might come while a proxy cleans up after the first endpoint, and the row go before the change.
    await t.evidence.require(stage.endpointsAre([server]));
    const client = await t.step('start a client that aims at another node', () =>
      stage.startClient('client', { host: target, frontend: 'node-port', port: stage.nodePort }),
    );
    const flow = flowOf(stage, client, stage.clientNode);
    await t.evidence.require(client.stream.answeredBy({ server: 'server-1' }, t.wait(30_000)));
    const row = await t.evidence.require(rowPointsAt(t, flow, target, { seenBy: follower }));
    const canary = await startCanary(t, stage);
    const sequence = client.stream.lastSequence();
    await t.step('another endpoint joins: nothing changes for this flow', () => stage.admit(newcomer));
    await t.evidence.require(stage.endpointsAre([server, newcomer]));
    await canary.requireCleanUps();
    await judgeFlowUntouched(t, {
      flow,
      stream: client.stream,
      follower,
      row,
      sequence,
      disturbance: 'endpoint-added',
      during: 'an endpoint’s arrival',
    });
  },
);
