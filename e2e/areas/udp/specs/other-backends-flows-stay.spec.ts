import { followConntrack } from '../../../harness/conntrack/conntrack-follower.ts';
import { judgeFlowsMoved, judgeRowsStay, rowsOfFlows } from '../judge/many-flows-judgement.ts';
import { raiseUdpTimeouts } from '../../../harness/conntrack/conntrack-timeouts.ts';
import { startSpreadClient } from '../faults/spread-client.ts';
import { startCanary } from '../faults/canary.ts';
import { SHARES_PROXY } from '../stage/proxy-locks.ts';
import { SERVICE_PORT, openStage } from '../stage/service-stage.ts';
import { spec } from '../../../harness/run/spec.ts';

const FLOWS = 24;

spec(
  {
    id: 'udp/other-backends-flows-stay',
    title: 'Flows to the other servers of a Service stay when one is deleted',
    claim:
      'When one of several endpoints is deleted, the service proxy MUST delete the rows of that endpoint only: rows of flows to the others stay, and every datagram of theirs is answered.',
    tags: ['udp', 'conntrack'],
    needs: { workers: 2, capabilities: ['conntrack-rows'] },
    locks: SHARES_PROXY,
    timeout: 180_000,
    judges: 'service-proxy',
    refs: [
      { title: 'kube-router: flushes the rows of all backends', url: 'https://github.com/cloudnativelabs/kube-router' },
      {
        title: 'felix#3015: healthy flows broken by over-cleaning',
        url: 'https://github.com/projectcalico/felix/pull/3015',
      },
    ],
  },
  async (t) => {
    const stage = await openStage(t);
    const node = stage.clientNode;
    const follower = await followConntrack(t, node, { protocol: 'udp', dst: stage.clusterIP, dport: SERVICE_PORT });
    await raiseUdpTimeouts(t, node);
    const [server1, server2, server3] = await t.step('start three servers', () =>
      Promise.all([stage.addServer('server-1'), stage.addServer('server-2'), stage.addServer('server-3')]),
    );
    await t.evidence.require(stage.endpointsAre([server1, server2, server3]));
    const { client, servers } = await t.step('start a client with 24 flows over all servers', () =>
      startSpreadClient(t, stage, FLOWS, 3),
    );
    const doomed = servers.flatMap((server, index) => (server === server1.name ? [index] : []));
    const others = servers.flatMap((server, index) => (server === server1.name ? [] : [index]));
    if (doomed.length === 0 || others.length < 4) t.inconclusive(`flows are spread badly: ${servers.join(', ')}`);
    const rows = await t.evidence.require(rowsOfFlows(stage, client, follower, others));
    const canary = await startCanary(t, stage);
    const sequence = client.stream.lastSequence();
    await t.step('delete server 1 with grace 0', () => stage.deletePod(server1));
    await t.evidence.require(stage.endpointsAre([server2, server3]));
    const changedAt = t.evidence.now();
    await t.step('the deleted server’s flows move on', () =>
      judgeFlowsMoved(t, client, doomed, { from: server1.name, sequence, changedAt, backend: 'deleted' }),
    );
    await canary.requireCleanUps();
    await judgeRowsStay(t, client, follower, rows, others, sequence);
  },
);
