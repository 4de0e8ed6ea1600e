import { pinFlow, replaceServer } from '../faults/server-cycle.ts';
import { judgeReplaced } from '../judge/replaced-judgement.ts';
import { openStage } from '../stage/service-stage.ts';
import { SHARES_PROXY } from '../stage/proxy-locks.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'udp/external-traffic-policy-local',
    title: 'A UDP flow to a node port with local policy moves on when its server is replaced',
    claim:
      'With externalTrafficPolicy Local the service proxy MUST delete the stale row of a node port’s flow, which is not masqueraded there.',
    tags: ['udp', 'conntrack'],
    needs: { workers: 2, capabilities: ['conntrack-rows', 'node-port', 'traffic-policy'] },
    locks: SHARES_PROXY,
    timeout: 180_000,
    judges: 'service-proxy',
    refs: [
      {
        title: 'kubernetes/kubernetes#96174: node-port rows removed before the rules are in place',
        url: 'https://github.com/kubernetes/kubernetes/issues/96174',
      },
    ],
  },
  async (t) => {
    const stage = await openStage(t, { type: 'NodePort', externalTrafficPolicy: 'Local' });
    const target = stage.serverNode;
    const pinned = await pinFlow(t, stage, {
      client: {
        frontend: 'node-port',
        hostNetwork: true,
        sourcePort: 12503,
        host: stage.address(target),
        port: stage.nodePort,
      },
      rowsOn: target,
    });
    const replacement = await replaceServer(t, stage, pinned);
    await t.step('judge the flow', () => judgeReplaced(t, stage, pinned, replacement));
  },
);
