import { followConntrack } from '../../../harness/conntrack/conntrack-follower.ts';
import { destroyed, rowPointsAt } from '../../../harness/conntrack/conntrack-premises.ts';
import { HANDOVER_BOUND_MS } from '../judge/time-bound.ts';
import { judgeConnectionsAlive, judgeTcpRowsKept } from '../judge/tcp-judgement.ts';
import { SHARES_PROXY } from '../stage/proxy-locks.ts';
import { pinFlow } from '../faults/server-cycle.ts';
import { SERVICE_PORT, openStage } from '../stage/service-stage.ts';
import { openSpreadConnections } from '../faults/spread-connections.ts';
import { spec } from '../../../harness/run/spec.ts';

const CONNECTIONS = 12;

spec(
  {
    id: 'udp/tcp-connections-stay',
    title: 'Established TCP connections through the same Service stay during a UDP clean-up',
    claim:
      'While it deletes stale UDP rows, the service proxy MUST NOT delete rows of TCP connections to the same address and port.',
    tags: ['udp', 'conntrack'],
    needs: { workers: 2, capabilities: ['conntrack-rows'] },
    locks: SHARES_PROXY,
    timeout: 180_000,
    judges: 'service-proxy',
    refs: [{ title: 'kpng: conntrack -D for all protocols', url: 'https://github.com/kubernetes-retired/kpng' }],
  },
  async (t) => {
    const stage = await openStage(t, { protocols: ['UDP', 'TCP'] });
    const tcpRows = await followConntrack(t, stage.clientNode, {
      protocol: 'tcp',
      dst: stage.clusterIP,
      dport: SERVICE_PORT,
    });
    const pinned = await pinFlow(t, stage, { tcp: true });
    // Two more servers, so that a connection whose row is lost would most likely be translated to a wrong one.
    const steady = await t.step('two more servers join', () =>
      Promise.all(['server-3', 'server-4'].map((name) => stage.addServer(name, { tcp: true }))),
    );
    const client = await t.step('open TCP connections', () =>
      openSpreadConnections(t, stage, CONNECTIONS, pinned.server1.name),
    );
    const staleRow = await t.evidence.require(
      rowPointsAt(t, pinned.flow, stage.ip(pinned.server1), { seenBy: pinned.follower }),
    );
    await t.step('take server 1 out of the Service', () => stage.admit(pinned.server1, false));
    await t.evidence.require(stage.endpointsAre(steady));
    const cleaned = await destroyed(pinned.follower, staleRow, t.wait(HANDOVER_BOUND_MS));
    if (cleaned === undefined) t.inconclusive('the proxy did not clean up the UDP row, so nothing was put to the test');
    // The clean-up is one pass over the table: what it does to TCP rows is done two seconds later.
    await pinned.client.stream.settle(100, t.wait(20_000));
    await judgeTcpRowsKept(t, tcpRows, { rows: `${stage.clusterIP}:${SERVICE_PORT}`, disturbance: 'clean-up' });
    await judgeConnectionsAlive(t, client.stream, client.others, {
      disturbance: 'clean-up',
      told: 'a UDP clean-up',
    });
  },
);
