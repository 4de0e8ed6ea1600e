import { pinFlow, replaceServer } from '../faults/server-cycle.ts';
import { judgeReplaced } from '../judge/replaced-judgement.ts';
import { openStage } from '../stage/service-stage.ts';
import { SHARES_PROXY } from '../stage/proxy-locks.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'udp/host-network-client',
    title: 'A host-network client’s UDP flow moves on when its server is replaced',
    claim:
      'The service proxy MUST delete stale conntrack rows of clients in the host network, whose packets enter the rules by the output path.',
    tags: ['udp', 'conntrack'],
    needs: { workers: 2, capabilities: ['conntrack-rows'] },
    locks: SHARES_PROXY,
    timeout: 180_000,
    judges: 'service-proxy',
    refs: [
      {
        title: 'kubernetes/kubernetes#90180: the upstream test',
        url: 'https://github.com/kubernetes/kubernetes/pull/90180',
      },
    ],
  },
  async (t) => {
    const stage = await openStage(t);
    const pinned = await pinFlow(t, stage, { client: { hostNetwork: true, sourcePort: 12502 } });
    const replacement = await replaceServer(t, stage, pinned);
    await t.step('judge the flow', () => judgeReplaced(t, stage, pinned, replacement));
  },
);
