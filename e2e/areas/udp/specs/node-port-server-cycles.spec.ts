import { pinFlow, replaceServer } from '../faults/server-cycle.ts';
import { judgeReplaced } from '../judge/replaced-judgement.ts';
import { openStage } from '../stage/service-stage.ts';
import { SHARES_PROXY } from '../stage/proxy-locks.ts';
import { spec } from '../../../harness/run/spec.ts';

/**
 * Client, targeted node and server are three nodes. With the server on the targeted node the kernel drops the masqueraded row
 * by itself when the server's device goes, and a proxy that cleans nothing would pass.
 */
spec(
  {
    id: 'udp/node-port-server-cycles',
    title: 'A UDP flow to a node port moves on when its server is replaced',
    claim:
      'When the server of a UDP flow to a node port is deleted and another endpoint is ready, the service proxy of the targeted node MUST delete the flow’s conntrack row, also when the server runs on another node.',
    tags: ['udp', 'conntrack'],
    core: true,
    needs: { workers: 2, capabilities: ['conntrack-rows', 'node-port'] },
    locks: SHARES_PROXY,
    timeout: 180_000,
    judges: 'service-proxy',
    refs: [
      {
        title: 'kubernetes/kubernetes#90180: the upstream test, whose server sits on the targeted node',
        url: 'https://github.com/kubernetes/kubernetes/pull/90180',
      },
      { title: 'kpng#294: NodePort flows stay stale', url: 'https://github.com/kubernetes-retired/kpng/pull/294' },
      {
        title: 'ovn-kubernetes#5526: stale when the backend is on another node',
        url: 'https://github.com/ovn-kubernetes/ovn-kubernetes/issues/5526',
      },
    ],
  },
  async (t) => {
    const stage = await openStage(t, { type: 'NodePort' });
    // A client in the host's network: its packets reach the targeted node unmasqueraded, with the source port it chose.
    const pinned = await pinFlow(t, stage, {
      client: {
        frontend: 'node-port',
        hostNetwork: true,
        sourcePort: 12501,
        host: stage.address(stage.otherNode),
        port: stage.nodePort,
      },
      rowsOn: stage.otherNode,
    });
    const replacement = await replaceServer(t, stage, pinned);
    await t.step('judge the flow', () => judgeReplaced(t, stage, pinned, replacement));
  },
);
