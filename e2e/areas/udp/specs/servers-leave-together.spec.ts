import { judgeEachMoved } from '../judge/each-moved-judgement.ts';
import { pinFlowToEach } from '../faults/served-flows.ts';
import { writeSlice } from '../stage/hand-made-slices.ts';
import { SHARES_PROXY } from '../stage/proxy-locks.ts';
import { openStage } from '../stage/service-stage.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'udp/servers-leave-together',
    title: 'UDP flows of two servers that leave at once both move on',
    claim:
      'When several endpoints of a Service leave with one change, the service proxy MUST delete the rows that point at each of them.',
    tags: ['udp', 'conntrack'],
    needs: { workers: 2, capabilities: ['conntrack-rows'] },
    locks: SHARES_PROXY,
    timeout: 180_000,
    judges: 'service-proxy',
    refs: [
      {
        title: 'kubernetes/kubernetes#126130: clean-up by events never comes back to what it missed',
        url: 'https://github.com/kubernetes/kubernetes/issues/126130',
      },
    ],
  },
  async (t) => {
    const stage = await openStage(t, { slicesByHand: true });
    const [server1, server2, server3] = await t.step('start three servers, two of them endpoints', async () => {
      const servers = await Promise.all([
        stage.addServer('server-1'),
        stage.addServer('server-2'),
        stage.addServer('server-3'),
      ]);
      await writeSlice(t, stage, { name: 'only', ready: servers.slice(0, 2) });
      return servers;
    });
    await t.evidence.require(stage.endpointsAre([server1, server2]));
    const served = await pinFlowToEach(t, stage, [server1, server2]);
    await t.step('server 3 joins', () => writeSlice(t, stage, { name: 'only', ready: [server1, server2, server3] }));
    await t.evidence.require(stage.endpointsAre([server1, server2, server3]));

    const sequence = served.client.stream.lastSequence();
    await t.step('servers 1 and 2 leave with one write of the slice', () =>
      writeSlice(t, stage, { name: 'only', ready: [server3] }),
    );
    await t.evidence.require(stage.endpointsAre([server3]));
    const changedAt = t.evidence.now();
    await t.step('judge a flow of each', () =>
      judgeEachMoved(t, stage, served, { to: server3, sequence, changedAt, after: 'two servers left at once' }),
    );
  },
);
