import { rowPointsAt } from '../../../harness/conntrack/conntrack-premises.ts';
import { judgeRowRemoved } from '../judge/removal-judgement.ts';
import { SHARES_PROXY } from '../stage/proxy-locks.ts';
import { destinationOf, pinFlow, watchFresh } from '../faults/server-cycle.ts';
import { openStage } from '../stage/service-stage.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'udp/service-deleted',
    title: 'Rows of a deleted Service are deleted with it',
    claim:
      'When a UDP Service is deleted, the service proxy MUST delete its rows, although the pod behind it lives on: otherwise traffic leaks to a reused pod IP.',
    tags: ['udp', 'conntrack'],
    needs: { workers: 2, capabilities: ['conntrack-rows'] },
    locks: SHARES_PROXY,
    timeout: 180_000,
    judges: 'service-proxy',
    refs: [
      {
        title: 'kubernetes/kubernetes#141371: rows of a deleted UDP Service stay',
        url: 'https://github.com/kubernetes/kubernetes/pull/141371',
      },
    ],
  },
  async (t) => {
    const stage = await openStage(t);
    const pinned = await pinFlow(t, stage);
    const { client, flow, follower, server1 } = pinned;
    const from = destinationOf(stage, server1);
    const fresh = await watchFresh(t, stage, pinned, from);
    const staleRow = await t.evidence.require(rowPointsAt(t, flow, stage.ip(server1), { seenBy: follower }));
    await t.step('delete the Service', () => stage.deleteService());
    await t.evidence.require(stage.endpointsAre([]));
    await judgeRowRemoved(t, {
      flow,
      stream: client.stream,
      follower,
      staleRow,
      fresh,
      from,
      changedAt: t.evidence.now(),
      backend: 'service-deleted',
      after: 'its Service was deleted',
    });
  },
);
