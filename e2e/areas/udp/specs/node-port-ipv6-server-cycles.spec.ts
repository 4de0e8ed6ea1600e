import { pinFlow, replaceServer } from '../faults/server-cycle.ts';
import { judgeReplaced } from '../judge/replaced-judgement.ts';
import { openStage } from '../stage/service-stage.ts';
import { SHARES_PROXY } from '../stage/proxy-locks.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'udp/node-port-ipv6-server-cycles',
    title: 'A UDP flow to an IPv6 node port moves on when its server is replaced',
    claim: 'The service proxy MUST delete stale conntrack rows of IPv6 node ports as it does for IPv4.',
    tags: ['udp', 'conntrack'],
    needs: { workers: 2, families: ['ipv6', 'dual'], capabilities: ['conntrack-rows', 'node-port'] },
    locks: SHARES_PROXY,
    timeout: 180_000,
    judges: 'service-proxy',
    refs: [
      {
        title: 'kubernetes/kubernetes#81729: IPv6 clean-up with a mismatched address family',
        url: 'https://github.com/kubernetes/kubernetes/issues/81729',
      },
    ],
  },
  async (t) => {
    const stage = await openStage(t, { type: 'NodePort', families: ['ipv6'] }, { family: 'ipv6' });
    const pinned = await pinFlow(t, stage, {
      client: {
        frontend: 'node-port',
        hostNetwork: true,
        sourcePort: 12504,
        host: stage.address(stage.otherNode),
        port: stage.nodePort,
      },
      rowsOn: stage.otherNode,
    });
    const replacement = await replaceServer(t, stage, pinned);
    await t.step('judge the flow', () => judgeReplaced(t, stage, pinned, replacement));
  },
);
