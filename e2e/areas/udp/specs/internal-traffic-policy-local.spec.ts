import { rowPointsAt } from '../../../harness/conntrack/conntrack-premises.ts';
import { judgeHandover } from '../judge/handover-judgement.ts';
import { policyHeld } from '../judge/judgements.ts';
import { SHARES_PROXY } from '../stage/proxy-locks.ts';
import { destinationOf, pinFlow, watchFresh } from '../faults/server-cycle.ts';
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
    timeout: 180_000,
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
    const judgeNoStrays = (moment: 'with-local-server' | 'after-replacement'): void => {
      const strays = client.stream.flow().replies.filter(({ server }) => server === remote.name);
      t.judge(policyHeld, {
        outcome: strays.length === 0 ? 'local-only' : 'remote-answers',
        facts: { frontend: client.frontend, moment },
        subject: `udp ${client.host} from ${client.name}`,
        expected: 'no reply from the server on another node',
        observed: `${strays.length} replies from ${remote.name}`,
      });
    };
    judgeNoStrays('with-local-server');
    await t.evidence.require(stage.endpointsAre([server1, remote]));
    const fresh = await watchFresh(t, stage, pinned, destinationOf(stage, server1));
    const staleRow = await t.evidence.require(rowPointsAt(t, flow, stage.ip(server1), { seenBy: follower }));
    const sequence = client.stream.lastSequence();
    await t.step('delete the local server', () => stage.deletePod(server1));
    await t.evidence.require(stage.endpointsAre([remote]));
    await t.step('a new local server joins', () => stage.admit(server2));
    await t.evidence.require(stage.endpointsAre([remote, server2]));
    const changedAt = t.evidence.now();
    // A flow that went to another node may stay there, which the judgement of its row would call by another name.
    await client.stream.settle(100, t.wait(20_000));
    judgeNoStrays('after-replacement');
    await judgeHandover(t, {
      ...pinned,
      stream: client.stream,
      staleRow,
      fresh,
      // Between the two changes new flows go nowhere, which is no rule for the new server.
      mustReach: true,
      changedAt,
      backend: 'deleted',
      from: destinationOf(stage, server1),
      to: destinationOf(stage, server2),
      sequence,
      after: 'the local server was replaced',
    });
    judgeNoStrays('after-replacement');
  },
);
