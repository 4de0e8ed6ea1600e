import { followConntrack } from '../../../harness/conntrack/conntrack-follower.ts';
import { rowPointsAt } from '../../../harness/conntrack/conntrack-premises.ts';
import { judgeHandover } from '../judge/handover-judgement.ts';
import { raiseUdpTimeouts } from '../../../harness/conntrack/conntrack-timeouts.ts';
import { SHARES_PROXY } from '../stage/proxy-locks.ts';
import { startFreshFlows } from '../stage/fresh-client.ts';
import { openStage, SERVICE_PORT } from '../stage/service-stage.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'udp/clusterip-server-cycles',
    title: 'A UDP flow to a ClusterIP moves on when its server is replaced',
    claim:
      'When the server of an established UDP flow is deleted and another endpoint is ready, the service proxy MUST delete the flow’s conntrack row so that the flow reaches the other endpoint.',
    tags: ['udp', 'conntrack'],
    core: true,
    needs: { workers: 2, capabilities: ['conntrack-rows'] },
    locks: SHARES_PROXY,
    timeout: 180_000,
    judges: 'service-proxy',
    refs: [
      {
        title: 'kubernetes/kubernetes#90180: the upstream test',
        url: 'https://github.com/kubernetes/kubernetes/pull/90180',
      },
      { title: 'kpng#174: ClusterIP UDP cycle', url: 'https://github.com/kubernetes-retired/kpng/issues/174' },
    ],
  },
  async (t) => {
    const stage = await openStage(t);
    const { clientNode: node, family } = stage;
    await t.step('raise the UDP timeouts of the client’s node', () => raiseUdpTimeouts(t, node));
    const server1 = await t.step('start server 1', () => stage.addServer('server-1'));
    const follower = await followConntrack(t, node, { protocol: 'udp', dst: stage.clusterIP, dport: SERVICE_PORT });
    const client = await t.step('start the client on a path that works', () => stage.startClient('client'));
    const flow = {
      node,
      family,
      frontend: client.frontend,
      src: stage.ip(client),
      sport: client.sourcePort,
      dst: client.host,
      dport: SERVICE_PORT,
    };
    await t.evidence.require(client.stream.answeredBy({ server: 'server-1' }, 30_000));

    const from = { name: server1.name, ip: stage.ip(server1) };
    const fresh = await t.step('start flows that begin anew', () => startFreshFlows(t, stage, client, follower));
    await t.evidence.require(fresh.reach(from));
    const server2 = await t.step('start server 2', () => stage.addServer('server-2'));
    await t.evidence.require(stage.endpointsAre([server1, server2]));
    const staleRow = await t.evidence.require(rowPointsAt(t, flow, stage.ip(server1), { seenBy: follower }));

    const sequence = client.stream.lastSequence();
    await t.step('delete server 1 with grace 0', () => stage.deletePod(server1));
    await t.evidence.require(stage.endpointsAre([server2]));
    const changedAt = t.evidence.now();
    await t.step('judge the flow', () =>
      judgeHandover(t, {
        flow,
        stream: client.stream,
        follower,
        staleRow,
        from,
        to: { name: server2.name, ip: stage.ip(server2) },
        sequence,
        fresh,
        changedAt,
        backend: 'deleted',
        after: 'server-1 was deleted',
      }),
    );
  },
);
