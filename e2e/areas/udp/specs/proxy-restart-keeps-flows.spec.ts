import { followConntrack } from '../../../harness/conntrack/conntrack-follower.ts';
import { rowPointsAt } from '../../../harness/conntrack/conntrack-premises.ts';
import { judgeFlowUntouched } from '../judge/removal-judgement.ts';
import { judgeConnectionsAlive, judgeTcpRowsKept } from '../judge/tcp-judgement.ts';
import { connectionServers } from '../evidence/connection-servers.ts';
import { startCanary } from '../faults/canary.ts';
import { OWNS_PROXY } from '../stage/proxy-locks.ts';
import { restartProxy } from '../faults/proxy-restart.ts';
import { pinFlow } from '../faults/server-cycle.ts';
import { openStage, SERVICE_PORT } from '../stage/service-stage.ts';
import { spec } from '../../../harness/run/spec.ts';

const CONNECTIONS = 8;

spec(
  {
    id: 'udp/proxy-restart-keeps-flows',
    title: 'A restart of the proxy keeps live UDP and TCP flows',
    claim:
      'A restart of the service proxy MUST NOT delete rows of healthy flows: live UDP flows and TCP connections through a Service go on without a gap.',
    tags: ['udp', 'conntrack'],
    needs: { workers: 2, capabilities: ['conntrack-rows', 'restart'] },
    locks: OWNS_PROXY,
    timeout: 180_000,
    judges: 'service-proxy',
    refs: [
      {
        title: 'kubernetes/kubernetes#122740: a restart drops live UDP flows',
        url: 'https://github.com/kubernetes/kubernetes/issues/122740',
      },
    ],
  },
  async (t) => {
    const stage = await openStage(t, { protocols: ['UDP', 'TCP'] });
    const tcpRows = await followConntrack(t, stage.clientNode, {
      protocol: 'tcp',
      dst: stage.clusterIP,
      dport: SERVICE_PORT,
    });
    const { client, flow, follower, server1, server2 } = await pinFlow(t, stage, { tcp: true });
    await t.step('a second server joins', () => stage.admit(server2));
    await t.evidence.require(stage.endpointsAre([server1, server2]));
    const tcp = await t.step('open TCP connections', () => stage.startTcpClient('tcp-client', CONNECTIONS));
    await connectionServers(t, tcp.stream, CONNECTIONS);
    const row = await t.evidence.require(rowPointsAt(t, flow, stage.ip(server1), { seenBy: follower }));
    const canary = await startCanary(t, stage);
    const sequence = client.stream.lastSequence();
    await t.step('restart the proxy of the client’s node', () => restartProxy(t, stage.clientNode));
    // The new proxy has read the cluster and cleans up once a change shows effect; give it that change, and the canary's.
    await stage.admit(server2, false);
    await t.evidence.require(stage.endpointsAre([server1]));
    await canary.requireCleanUps();
    await judgeFlowUntouched(t, {
      flow,
      stream: client.stream,
      follower,
      row,
      sequence,
      disturbance: 'proxy-restarted',
      during: 'a restart of the proxy',
    });
    const rows = `${stage.clusterIP}:${SERVICE_PORT}`;
    await judgeTcpRowsKept(t, tcpRows, { rows, disturbance: 'proxy-restarted' });
    const all = Array.from({ length: CONNECTIONS }, (_, index) => index);
    await judgeConnectionsAlive(t, tcp.stream, all, {
      disturbance: 'proxy-restarted',
      told: 'a restart of the proxy',
    });
  },
);
