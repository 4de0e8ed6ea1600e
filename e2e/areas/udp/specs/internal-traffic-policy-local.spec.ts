import { rowPointsAt } from '../evidence/conntrack-premises.ts';
import { judgeHandover } from '../judge/handover-judgement.ts';
import { SHARES_PROXY } from '../stage/proxy-locks.ts';
import { pinFlow } from '../faults/server-cycle.ts';
import { openStage } from '../stage/service-stage.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'udp/internal-traffic-policy-local',
    title: 'A UDP flow with local internal policy moves to the new local server',
    claim:
      'With internalTrafficPolicy Local the service proxy MUST delete the row of a deleted local endpoint, also while endpoints of other nodes are ready, and MUST NOT send the flow to those.',
    tags: ['udp', 'conntrack'],
    needs: { workers: 2, capabilities: ['conntrack-rows', 'traffic-policy'] },
    locks: SHARES_PROXY,
    timeout: 120_000,
    judges: 'service-proxy',
    refs: [
      {
        title: 'kubernetes/kubernetes#126934: DaemonSet restart blackholes local clients',
        url: 'https://github.com/kubernetes/kubernetes/issues/126934',
      },
      {
        title: 'kubernetes/kubernetes#126935: the upstream test',
        url: 'https://github.com/kubernetes/kubernetes/pull/126935',
      },
    ],
  },
  async (t) => {
    const stage = await openStage(t, { internalTrafficPolicy: 'Local' });
    const remote = await t.step('start a server on another node', () =>
      stage.addServer('server-remote', { node: stage.serverNode }),
    );
    // A proxy that breaks the policy pins the flow to the other node's server when that is there first.
    const pinned = await pinFlow(t, stage, { serverNode: stage.clientNode, fromAnyone: true });
    const { server1, server2, flow, follower, client } = pinned;
    const judgeNoStrays = (): void => {
      const strays = client.stream.flow().replies.filter(({ server }) => server === remote.name);
      t.judge({
        ok: strays.length === 0,
        subject: `udp ${client.host} from ${client.name}`,
        expected: 'no reply from the server on another node',
        observed: `${strays.length} replies from ${remote.name}`,
      });
    };
    judgeNoStrays();
    await t.evidence.require(stage.endpointsAre([server1, remote]));
    const staleRow = await t.evidence.require(rowPointsAt(t, flow, stage.ip(server1), { seenBy: follower }));
    const sequence = client.stream.lastSequence();
    await t.step('delete the local server', () => stage.deletePod(server1));
    await t.evidence.require(stage.endpointsAre([remote]));
    await t.step('a new local server joins', () => stage.admit(server2));
    await t.evidence.require(stage.endpointsAre([remote, server2]));
    await judgeHandover(t, {
      ...pinned,
      stream: client.stream,
      staleRow,
      from: { name: server1.name, ip: stage.ip(server1) },
      to: { name: server2.name, ip: stage.ip(server2) },
      sequence,
      after: 'the local server was replaced',
    });
    judgeNoStrays();
  },
);
