import { followConntrack } from '../../../harness/conntrack/conntrack-follower.ts';
import { rowPointsAt } from '../../../harness/conntrack/conntrack-premises.ts';
import { endpointPortIs } from '../evidence/endpoint-premises.ts';
import { judgeHandover } from '../judge/handover-judgement.ts';
import { raiseUdpTimeouts } from '../../../harness/conntrack/conntrack-timeouts.ts';
import { SHARES_PROXY } from '../stage/proxy-locks.ts';
import { flowOf, watchFresh } from '../faults/server-cycle.ts';
import { SERVICE_NAME } from '../stage/service-objects.ts';
import { SERVICE_PORT, openStage } from '../stage/service-stage.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'udp/target-port-change',
    title: 'A UDP flow to a node port follows a change of the target port',
    claim:
      'When a Service’s target port changes, the service proxy MUST delete rows that point at the old port of the same pod.',
    tags: ['udp', 'conntrack'],
    needs: { workers: 2, capabilities: ['conntrack-rows', 'node-port'] },
    locks: SHARES_PROXY,
    timeout: 180_000,
    judges: 'service-proxy',
    refs: [
      {
        title: 'kubernetes/kubernetes#130542: rows of the old target port stay',
        url: 'https://github.com/kubernetes/kubernetes/pull/130542',
      },
      {
        title: 'kubernetes/kubernetes#132708: the upstream test',
        url: 'https://github.com/kubernetes/kubernetes/pull/132708',
      },
    ],
  },
  async (t) => {
    const stage = await openStage(t, { type: 'NodePort', targetPort: 8081 });
    const node = stage.otherNode;
    const follower = await followConntrack(t, node, {
      protocol: 'udp',
      dst: stage.address(node),
      dport: stage.nodePort,
    });
    const [server, client] = await t.step('start a server on two ports, and the client', () =>
      Promise.all([
        stage.addServer('server-1', { ports: [8081, 9090] }),
        stage.startClient('client', {
          hostNetwork: true,
          sourcePort: 12505,
          host: stage.address(node),
          frontend: 'node-port',
          port: stage.nodePort,
        }),
        raiseUdpTimeouts(t, node),
      ]),
    );
    const flow = flowOf(stage, client, node);
    await t.evidence.require(client.stream.answeredBy({ server: 'server-1:8081' }, t.wait(30_000)));
    const staleRow = await t.evidence.require(rowPointsAt(t, flow, stage.ip(server), { port: 8081, seenBy: follower }));
    const from = { name: 'server-1:8081', ip: stage.ip(server), port: 8081 };
    const fresh = await watchFresh(t, stage, { client, follower }, from);
    const sequence = client.stream.lastSequence();
    await t.step('change the target port', () =>
      stage.patchService({
        spec: {
          ports: [{ name: 'udp', protocol: 'UDP', port: SERVICE_PORT, targetPort: 9090, nodePort: stage.nodePort }],
        },
      }),
    );
    const key = { namespace: stage.namespace, service: SERVICE_NAME, family: stage.family };
    await t.evidence.require(endpointPortIs(t, key, 9090));
    await judgeHandover(t, {
      flow,
      stream: client.stream,
      follower,
      staleRow,
      fresh,
      changedAt: t.evidence.now(),
      backend: 'port-changed',
      from,
      to: { name: 'server-1:9090', ip: stage.ip(server), port: 9090 },
      sequence,
      after: 'the target port changed',
    });
  },
);
