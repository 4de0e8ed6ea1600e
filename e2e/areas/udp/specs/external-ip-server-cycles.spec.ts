import { pinFlow, replaceServer } from '../faults/server-cycle.ts';
import { judgeReplaced } from '../judge/replaced-judgement.ts';
import { openStage } from '../stage/service-stage.ts';
import { unassignedAddress } from '../stage/unassigned-address.ts';
import { SHARES_PROXY } from '../stage/proxy-locks.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'udp/external-ip-server-cycles',
    title: 'A UDP flow to an external IP moves on when its server is replaced',
    claim:
      'The service proxy MUST delete stale conntrack rows of a Service’s external IPs as it does for its cluster IP.',
    tags: ['udp', 'conntrack'],
    needs: { workers: 2, capabilities: ['conntrack-rows', 'external-ip'] },
    locks: SHARES_PROXY,
    timeout: 180_000,
    judges: 'service-proxy',
    refs: [
      {
        title: 'kubernetes/kubernetes#65228: stale rows of external IPs',
        url: 'https://github.com/kubernetes/kubernetes/issues/65228',
      },
    ],
  },
  async (t) => {
    const address = unassignedAddress(t, t.env.cluster.primaryFamily);
    const stage = await openStage(t, { externalIPs: [address] });
    const pinned = await pinFlow(t, stage, { client: { host: address, frontend: 'external-ip' } });
    const replacement = await replaceServer(t, stage, pinned);
    await t.step('judge the flow', () => judgeReplaced(t, stage, pinned, replacement));
  },
);
