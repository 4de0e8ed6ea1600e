import { followConntrack } from '../../../harness/conntrack/conntrack-follower.ts';
import { rowPointsAt } from '../../../harness/conntrack/conntrack-premises.ts';
import { judgeHandover } from '../judge/handover-judgement.ts';
import { raiseUdpTimeouts } from '../../../harness/conntrack/conntrack-timeouts.ts';
import { SHARES_PROXY } from '../stage/proxy-locks.ts';
import { destinationOf, flowOf, watchFresh } from '../faults/server-cycle.ts';
import { openStage, SERVICE_PORT } from '../stage/service-stage.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'udp/dual-stack-both-legs',
    title: 'Both legs of a dual-stack Service move on when a server is replaced',
    claim: 'For a dual-stack Service the service proxy MUST delete the stale rows of both families.',
    tags: ['udp', 'conntrack'],
    needs: { workers: 2, families: ['dual'], capabilities: ['conntrack-rows'] },
    locks: SHARES_PROXY,
    timeout: 180_000,
    judges: 'service-proxy',
    refs: [
      {
        title: 'kubernetes/kubernetes#63208: IPv6 clean-up with a mismatched address family',
        url: 'https://github.com/kubernetes/kubernetes/issues/63208',
      },
    ],
  },
  async (t) => {
    const stage = await openStage(t, { families: ['ipv4', 'ipv6'] }, { family: 'ipv4' });
    const legs = [stage, stage.withFamily('ipv6')];
    const node = stage.clientNode;
    const [server1, server2] = await t.step('start both servers', () =>
      Promise.all([
        stage.addServer('server-1'),
        stage.addServer('server-2', { member: false }),
        raiseUdpTimeouts(t, node),
      ]),
    );
    const flows = await t.step('start a client for each family', () =>
      Promise.all(
        legs.map(async (leg) => {
          const follower = await followConntrack(t, node, { protocol: 'udp', dst: leg.clusterIP, dport: SERVICE_PORT });
          const client = await leg.startClient(`client-${leg.family}`);
          const flow = flowOf(leg, client, node);
          await t.evidence.require(client.stream.answeredBy({ server: 'server-1' }, t.wait(30_000)));
          const fresh = await watchFresh(t, leg, { client, follower }, destinationOf(leg, server1));
          return { leg, client, flow, follower, fresh };
        }),
      ),
    );
    await stage.admit(server2);
    const pinned = [];
    for (const each of flows) {
      await t.evidence.require(each.leg.endpointsAre([server1, server2]));
      const staleRow = await t.evidence.require(
        rowPointsAt(t, each.flow, each.leg.ip(server1), { seenBy: each.follower }),
      );
      pinned.push({ ...each, staleRow, sequence: each.client.stream.lastSequence() });
    }
    await t.step('delete server 1 with grace 0', () => stage.deletePod(server1));
    // Each leg's time runs from its own change, and not from when the other one was judged.
    const changed = await Promise.all(
      pinned.map(async (each) => {
        await t.evidence.require(each.leg.endpointsAre([server2]));
        return { ...each, changedAt: t.evidence.now() };
      }),
    );
    for (const { leg, client, ...rest } of changed) {
      await judgeHandover(t, {
        ...rest,
        stream: client.stream,
        from: destinationOf(leg, server1),
        to: destinationOf(leg, server2),
        backend: 'deleted',
        after: `server-1 was deleted (${leg.family})`,
      });
    }
  },
);
