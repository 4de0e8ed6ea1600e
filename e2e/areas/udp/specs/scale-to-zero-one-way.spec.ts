import { followConntrack } from '../../../harness/conntrack/conntrack-follower.ts';
import { rowPointsAt } from '../../../harness/conntrack/conntrack-premises.ts';
import { judgeRowRemoved } from '../judge/removal-judgement.ts';
import { raiseUdpTimeouts } from '../../../harness/conntrack/conntrack-timeouts.ts';
import { SHARES_PROXY } from '../stage/proxy-locks.ts';
import { destinationOf, flowOf, watchFresh } from '../faults/server-cycle.ts';
import { openStage, SERVICE_PORT } from '../stage/service-stage.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'udp/scale-to-zero-one-way',
    title: 'A one-way sender’s row goes when its Service scales to zero',
    claim:
      'When the last endpoint of a Service is deleted, the service proxy MUST delete the rows that point at it, also those of clients that never get a reply and never stop sending.',
    tags: ['udp', 'conntrack'],
    needs: { workers: 2, capabilities: ['conntrack-rows'] },
    locks: SHARES_PROXY,
    timeout: 180_000,
    judges: 'service-proxy',
    refs: [
      {
        title:
          'kubernetes/kubernetes#139628: scale to zero is never cleaned; senders are translated to a dead pod IP for hours',
        url: 'https://github.com/kubernetes/kubernetes/issues/139628',
      },
      {
        title: 'kubernetes/kubernetes#139629: the fix, for 1.37',
        url: 'https://github.com/kubernetes/kubernetes/pull/139629',
      },
    ],
  },
  async (t) => {
    const stage = await openStage(t);
    const node = stage.clientNode;
    const server = await t.step('start a server that never answers', () =>
      stage.addServer('server-1', { oneWay: true }),
    );
    await t.evidence.require(stage.endpointsAre([server]));
    const follower = await followConntrack(t, node, { protocol: 'udp', dst: stage.clusterIP, dport: SERVICE_PORT });
    await raiseUdpTimeouts(t, node);
    const client = await t.step('start a one-way client', () => stage.startClient('client', { oneWay: true }));
    const flow = flowOf(stage, client, node);
    await client.stream.settle(20, t.wait(20_000));
    const staleRow = await t.evidence.require(rowPointsAt(t, flow, stage.ip(server), { seenBy: follower }));
    const from = destinationOf(stage, server);
    const fresh = await watchFresh(t, stage, { client, follower }, from);
    await t.step('delete the only server', () => stage.deletePod(server));
    await t.evidence.require(stage.endpointsAre([]));
    await judgeRowRemoved(t, {
      flow,
      stream: client.stream,
      follower,
      staleRow,
      fresh,
      from,
      changedAt: t.evidence.now(),
      backend: 'deleted',
      after: 'its last endpoint was deleted',
    });
  },
);
