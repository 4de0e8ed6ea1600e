import { rowPointsAt } from '../../../harness/conntrack/conntrack-premises.ts';
import { judgeFlowsMoved } from '../judge/many-flows-judgement.ts';
import { judgeFlowUntouched } from '../judge/removal-judgement.ts';
import { connectionServers } from '../evidence/connection-servers.ts';
import { affinityShared } from '../judge/judgements.ts';
import { startCanary } from '../faults/canary.ts';
import { SHARES_PROXY } from '../stage/proxy-locks.ts';
import { pinFlow } from '../faults/server-cycle.ts';
import { openStage } from '../stage/service-stage.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'udp/session-affinity-switch',
    title: 'A switch of session affinity leaves flows alone, and affine flows move together',
    claim:
      'Switching a Service to ClientIP affinity MUST NOT touch rows of established flows; new flows of one client MUST then share one endpoint, and move together when it is deleted.',
    tags: ['udp', 'conntrack'],
    needs: { workers: 2, capabilities: ['conntrack-rows', 'session-affinity'] },
    locks: SHARES_PROXY,
    timeout: 180_000,
    judges: 'service-proxy',
    refs: [
      {
        title: 'Kubernetes e2e: should be able to switch session affinity',
        url: 'https://github.com/kubernetes/kubernetes/blob/master/test/e2e/network/service.go',
      },
    ],
  },
  async (t) => {
    const stage = await openStage(t);
    const pinned = await pinFlow(t, stage);
    const { client, flow, follower, server1, server2 } = pinned;
    await stage.admit(server2);
    await t.evidence.require(stage.endpointsAre([server1, server2]));
    const row = await t.evidence.require(rowPointsAt(t, flow, stage.ip(server1), { seenBy: follower }));
    const canary = await startCanary(t, stage);
    const before = client.stream.lastSequence();
    await t.step('switch to ClientIP affinity', () => stage.patchService({ spec: { sessionAffinity: 'ClientIP' } }));
    const missed = await canary.missedCleanUp();
    const until = { events: follower.events.length, sequence: client.stream.lastSequence() };

    const affine = await t.step('start a client with eight new flows', () =>
      stage.startClient('affine-client', { flows: 8 }),
    );
    const servers = new Set(await connectionServers(t, affine.stream, 8));
    t.judge(affinityShared, {
      outcome: servers.size === 1 ? 'one-server' : 'several-servers',
      facts: { frontend: affine.frontend, affinity: 'client-ip' },
      subject: `udp ${affine.host} from ${affine.name} with ClientIP affinity`,
      expected: 'eight flows of one client to share one server',
      observed: `they are answered by ${[...servers].join(', ')}`,
    });
    const shared = servers.has(server1.name) ? server1 : server2;
    const rest = shared === server1 ? server2 : server1;
    const sequence = affine.stream.lastSequence();
    await t.step(`delete ${shared.name}, the shared server`, () => stage.deletePod(shared));
    await t.evidence.require(stage.endpointsAre([rest]));
    await judgeFlowsMoved(t, affine, [0, 1, 2, 3, 4, 5, 6, 7], {
      from: shared.name,
      sequence,
      changedAt: t.evidence.now(),
      backend: 'deleted',
    });
    // A proxy that cleans nothing fails above, by the flows that it had to move; that it left this one alone would be no merit.
    if (missed !== undefined) t.inconclusive(missed);
    await judgeFlowUntouched(t, {
      flow,
      stream: client.stream,
      follower,
      row,
      sequence: before,
      until,
      disturbance: 'affinity-switched',
      during: 'the switch to ClientIP affinity',
    });
  },
);
