import { followConntrack } from '../../../harness/conntrack/conntrack-follower.ts';
import { rowPointsAt } from '../../../harness/conntrack/conntrack-premises.ts';
import { endpointTerminates } from '../evidence/endpoint-premises.ts';
import { judgeHandover } from '../judge/handover-judgement.ts';
import { judgeFlowUntouched } from '../judge/removal-judgement.ts';
import { raiseUdpTimeouts } from '../../../harness/conntrack/conntrack-timeouts.ts';
import { SHARES_PROXY } from '../stage/proxy-locks.ts';
import { destinationOf, flowOf, watchFresh } from '../faults/server-cycle.ts';
import { SERVICE_NAME } from '../stage/service-objects.ts';
import { openStage, SERVICE_PORT } from '../stage/service-stage.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'udp/graceful-termination',
    title: 'A terminating server keeps its flow while it serves and loses it when it stops',
    claim:
      'The service proxy MUST leave the row of a terminating endpoint that still serves, and MUST delete it once that endpoint stops serving.',
    tags: ['udp', 'conntrack'],
    needs: { workers: 2, capabilities: ['conntrack-rows'] },
    locks: SHARES_PROXY,
    timeout: 180_000,
    judges: 'service-proxy',
    refs: [
      {
        title: 'kubernetes/kubernetes#125467: serving to not serving leaves the row: DNS outages when CoreDNS restarts',
        url: 'https://github.com/kubernetes/kubernetes/issues/125467',
      },
      { title: 'kubernetes/kubernetes#127780: the fix', url: 'https://github.com/kubernetes/kubernetes/pull/127780' },
    ],
  },
  async (t) => {
    const stage = await openStage(t);
    const node = stage.clientNode;
    const drains = { readiness: true, graceSeconds: 60, lingerMs: 60_000 };
    const follower = await followConntrack(t, node, { protocol: 'udp', dst: stage.clusterIP, dport: SERVICE_PORT });
    const [server1, server2, client] = await t.step('start a server that drains, another, and the client', () =>
      Promise.all([
        stage.addServer('server-1', drains),
        stage.addServer('server-2', { member: false }),
        stage.startClient('client'),
        raiseUdpTimeouts(t, node),
      ]),
    );
    const flow = flowOf(stage, client, node);
    await t.evidence.require(client.stream.answeredBy({ server: 'server-1' }, t.wait(30_000)));
    const fresh = await watchFresh(t, stage, { client, follower }, destinationOf(stage, server1));
    await stage.admit(server2);
    await t.evidence.require(stage.endpointsAre([server1, server2]));
    const row = await t.evidence.require(rowPointsAt(t, flow, stage.ip(server1), { seenBy: follower }));

    const key = { namespace: stage.namespace, service: SERVICE_NAME, family: stage.family };
    const endpoint = { name: server1.name, ip: stage.ip(server1) };
    const before = client.stream.lastSequence();
    await t.step('delete server 1 with a grace period', () => stage.deletePod(server1, 60));
    await t.evidence.require(endpointTerminates(t, key, endpoint, true));
    await client.stream.settle(100, t.wait(20_000));
    await judgeFlowUntouched(t, {
      flow,
      stream: client.stream,
      follower,
      row,
      sequence: before,
      disturbance: 'serving-while-terminating',
      during: 'termination while it serves',
    });

    const sequence = client.stream.lastSequence();
    await t.step('server 1 stops being ready, and still answers', () => stage.setReady(server1, false));
    await t.evidence.require(endpointTerminates(t, key, endpoint, false));
    const changedAt = t.evidence.now();
    await judgeHandover(t, {
      flow,
      stream: client.stream,
      follower,
      staleRow: row,
      from: endpoint,
      to: { name: server2.name, ip: stage.ip(server2) },
      sequence,
      // New flows left the server when it began to terminate: the row has its time from when it stopped serving.
      fresh,
      changedAt,
      backend: 'terminating',
      after: 'server-1 stopped serving',
    });
  },
);
