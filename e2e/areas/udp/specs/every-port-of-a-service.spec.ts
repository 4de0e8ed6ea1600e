import { followConntrack } from '../../../harness/conntrack/conntrack-follower.ts';
import { raiseUdpTimeouts } from '../../../harness/conntrack/conntrack-timeouts.ts';
import { rowPointsAt } from '../../../harness/conntrack/conntrack-premises.ts';
import { judgeHandover } from '../judge/handover-judgement.ts';
import { flowOf, watchFresh } from '../faults/server-cycle.ts';
import { SHARES_PROXY } from '../stage/proxy-locks.ts';
import { openStage } from '../stage/service-stage.ts';
import type { StagePod } from '../stage/stage-options.ts';
import { spec } from '../../../harness/run/spec.ts';

/** The third is another name, and another port, for the server port of the second. */
const PORTS = [
  { name: 'first', port: 80, targetPort: 8081 },
  { name: 'second', port: 81, targetPort: 9090 },
  { name: 'second-again', port: 82, targetPort: 9090 },
];

spec(
  {
    id: 'udp/every-port-of-a-service',
    title: 'UDP flows to every port of a Service move on when its server is replaced',
    claim:
      'When the server behind a Service with several UDP ports is deleted and another endpoint is ready, the service proxy MUST delete the rows of every port, also where two ports lead to one port of the server.',
    tags: ['udp', 'conntrack', 'clusterip'],
    needs: { workers: 2, capabilities: ['conntrack-rows'] },
    locks: SHARES_PROXY,
    timeout: 180_000,
    judges: 'service-proxy',
    refs: [
      {
        title: 'Kubernetes: Services with several ports',
        url: 'https://kubernetes.io/docs/concepts/services-networking/service/#multi-port-services',
      },
    ],
  },
  async (t) => {
    const stage = await openStage(t, { udpPorts: PORTS });
    const node = stage.clientNode;
    const serves = { ports: [8081, 9090] };
    const [server1, server2] = await t.step('start both servers', () =>
      Promise.all([
        stage.addServer('server-1', serves),
        stage.addServer('server-2', { ...serves, member: false }),
        raiseUdpTimeouts(t, node),
      ]),
    );
    const flows = await t.step('start a client for each port, and flows that begin anew', () =>
      Promise.all(
        PORTS.map(async ({ name, port, targetPort }) => {
          const follower = await followConntrack(t, node, { protocol: 'udp', dst: stage.clusterIP, dport: port });
          const client = await stage.startClient(`client-${name}`, { port });
          const at = (server: StagePod) => ({
            name: `${server.name}:${targetPort}`,
            ip: stage.ip(server),
            port: targetPort,
          });
          const from = at(server1);
          await t.evidence.require(client.stream.answeredBy({ server: from.name }, t.wait(30_000)));
          const fresh = await watchFresh(t, stage, { client, follower }, from);
          return { flow: flowOf(stage, client, node), stream: client.stream, follower, fresh, from, to: at(server2) };
        }),
      ),
    );
    await t.step('server 2 joins', () => stage.admit(server2));
    await t.evidence.require(stage.endpointsAre([server1, server2]));
    const pinned = await Promise.all(
      flows.map(async (each) => {
        const { flow, from, follower } = each;
        const there = rowPointsAt(t, flow, from.ip, { port: from.port, seenBy: follower });
        return { ...each, staleRow: await t.evidence.require(there), sequence: each.stream.lastSequence() };
      }),
    );
    await t.step('delete server 1 with grace 0', () => stage.deletePod(server1));
    await t.evidence.require(stage.endpointsAre([server2]));
    const changedAt = t.evidence.now();
    await t.step('judge the flow of each port', async () => {
      for (const each of pinned)
        await judgeHandover(t, { ...each, changedAt, backend: 'deleted', after: 'server-1 was deleted' });
    });
  },
);
