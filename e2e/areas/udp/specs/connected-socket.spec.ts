import { pinFlow, replaceServer } from '../faults/server-cycle.ts';
import { judgeReplaced } from '../judge/replaced-judgement.ts';
import { openStage } from '../stage/service-stage.ts';
import { SHARES_PROXY } from '../stage/proxy-locks.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'udp/connected-socket',
    title: 'A connected UDP socket’s flow moves on when its server is replaced',
    claim:
      'A client that keeps one connect()ed UDP socket MUST reach the other endpoint after its server was deleted: on that socket, or on the next one where the proxy broke it on purpose.',
    tags: ['udp', 'conntrack'],
    needs: { workers: 2, capabilities: ['conntrack-rows'] },
    locks: SHARES_PROXY,
    timeout: 180_000,
    judges: 'service-proxy',
    refs: [
      {
        title: 'cilium#12859: stale backends of connected UDP sockets',
        url: 'https://github.com/cilium/cilium/issues/12859',
      },
    ],
  },
  async (t) => {
    const stage = await openStage(t);
    const pinned = await pinFlow(t, stage, { client: { connected: true } });
    const replacement = await replaceServer(t, stage, pinned);
    await t.step('judge the flow', () => judgeReplaced(t, stage, pinned, replacement));
  },
);
