import { giveAddressAway } from '../faults/address-reuse.ts';
import { pinFlow, replaceServer } from '../faults/server-cycle.ts';
import { judgeNotMisdelivered } from '../judge/misdelivery-judgement.ts';
import { judgeReplaced } from '../judge/replaced-judgement.ts';
import { SHARES_PROXY } from '../stage/proxy-locks.ts';
import { openStage, SERVICE_PORT } from '../stage/service-stage.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'udp/address-given-to-another-pod',
    title: 'A pod that takes a dead server’s address gets none of its datagrams',
    claim:
      'After a server of a UDP Service was deleted, a pod that is in no Service and was given its address MUST NOT receive datagrams of the Service’s clients.',
    tags: ['udp', 'conntrack'],
    needs: { workers: 2, capabilities: ['conntrack-rows'] },
    locks: SHARES_PROXY,
    timeout: 180_000,
    judges: 'service-proxy',
    refs: [
      {
        title: 'kubernetes/kubernetes#141371: traffic leaks to a reused pod IP',
        url: 'https://github.com/kubernetes/kubernetes/pull/141371',
      },
    ],
  },
  async (t) => {
    const stage = await openStage(t);
    const pinned = await pinFlow(t, stage);
    const { client, flow, server1 } = pinned;
    const replacement = await replaceServer(t, stage, pinned);
    const stranger = await t.step('give server 1’s address to a pod of no Service', () =>
      giveAddressAway(t, stage, server1),
    );
    // Without it, a stranger that answers nobody would pass for one that nobody asked.
    const asker = await t.step('ask the stranger directly', () =>
      stage.startClient('asker', { frontend: 'pod-ip', host: stage.ip(stranger), port: SERVICE_PORT }),
    );
    await t.evidence.require(asker.stream.answeredBy({ server: stranger.name }, t.wait(30_000)));
    await t.step('judge what the stranger got', () =>
      judgeNotMisdelivered(t, { flow, stream: client.stream, stranger, changedAt: replacement.changedAt }),
    );
    await t.step('judge the flow', () => judgeReplaced(t, stage, pinned, replacement));
  },
);
