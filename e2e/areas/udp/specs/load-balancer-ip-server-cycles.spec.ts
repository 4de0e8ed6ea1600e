import { pinFlow, replaceServer } from '../faults/server-cycle.ts';
import { judgeReplaced } from '../judge/replaced-judgement.ts';
import { openStage } from '../stage/service-stage.ts';
import { unassignedAddress } from '../stage/unassigned-address.ts';
import { SHARES_PROXY } from '../stage/proxy-locks.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'udp/load-balancer-ip-server-cycles',
    title: 'A UDP flow to a load-balancer IP moves on when its server is replaced',
    claim:
      'The service proxy MUST delete stale conntrack rows of a Service’s load-balancer ingress IP as it does for its cluster IP.',
    tags: ['udp', 'conntrack'],
    needs: { workers: 2, capabilities: ['conntrack-rows', 'load-balancer-ip'] },
    locks: SHARES_PROXY,
    timeout: 180_000,
    judges: 'service-proxy',
    refs: [
      {
        title: 'kubernetes/kubernetes#104009: stale rows of load-balancer ingress IPs',
        url: 'https://github.com/kubernetes/kubernetes/pull/104009',
      },
    ],
  },
  async (t) => {
    const stage = await openStage(t, { type: 'LoadBalancer' });
    const address = unassignedAddress(t, stage.family);
    await t.step('give the Service an ingress IP, as a cloud would', () => stage.setIngress(address));
    const pinned = await pinFlow(t, stage, { client: { host: address, frontend: 'load-balancer-ip' } });
    const replacement = await replaceServer(t, stage, pinned);
    await t.step('judge the flow', () => judgeReplaced(t, stage, pinned, replacement));
  },
);
