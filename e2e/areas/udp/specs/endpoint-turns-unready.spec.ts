import { judgeReplaced } from '../judge/replaced-judgement.ts';
import { SHARES_PROXY } from '../stage/proxy-locks.ts';
import { pinFlow, replaceServer } from '../faults/server-cycle.ts';
import { openStage } from '../stage/service-stage.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'udp/endpoint-turns-unready',
    title: 'A UDP flow leaves a server that turns unready and lives on',
    claim:
      'When an endpoint turns unready without terminating and another one is ready, the service proxy MUST delete the rows that point at it: it stands in its EndpointSlice still, and would answer.',
    tags: ['udp', 'conntrack'],
    needs: { workers: 2, capabilities: ['conntrack-rows'] },
    locks: SHARES_PROXY,
    timeout: 180_000,
    judges: 'service-proxy',
    refs: [
      {
        title: 'kubernetes/kubernetes#106163: whether an endpoint is ready decides about its rows',
        url: 'https://github.com/kubernetes/kubernetes/pull/106163',
      },
    ],
  },
  async (t) => {
    const stage = await openStage(t);
    const pinned = await pinFlow(t, stage, { readiness: true });
    const { server1 } = pinned;
    const replacement = await replaceServer(t, stage, pinned, {
      leave: { title: 'server 1 turns unready, and lives', change: () => stage.setReady(server1, false) },
    });
    await t.step('judge the flow', () =>
      judgeReplaced(t, stage, pinned, replacement, { backend: 'unready', after: 'server-1 turned unready' }),
    );
  },
);
