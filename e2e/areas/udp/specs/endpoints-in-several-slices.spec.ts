import { judgeEachMoved } from '../judge/each-moved-judgement.ts';
import { pinFlowToEach } from '../faults/served-flows.ts';
import { writeSlice } from '../stage/hand-made-slices.ts';
import { SHARES_PROXY } from '../stage/proxy-locks.ts';
import { openStage } from '../stage/service-stage.ts';
import { spec } from '../../../harness/run/spec.ts';

/** With the server itself a hundred, which is as many as the controller puts into one slice. */
const UNREADY = 99;

spec(
  {
    id: 'udp/endpoints-in-several-slices',
    title: 'UDP flows move on whatever EndpointSlice their server stood in',
    claim:
      'When endpoints leave a Service that has more than one EndpointSlice, the service proxy MUST delete the rows that point at them, whichever slice each stood in.',
    tags: ['udp', 'conntrack'],
    needs: { workers: 2, capabilities: ['conntrack-rows'] },
    locks: SHARES_PROXY,
    timeout: 180_000,
    judges: 'service-proxy',
    refs: [
      {
        title: 'EndpointSlices: distribution, at most 100 endpoints in each by default',
        url: 'https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#distribution-of-endpointslices',
      },
    ],
  },
  async (t) => {
    const stage = await openStage(t, { slicesByHand: true });
    const [server1, server2, server3] = await t.step('start three servers', () =>
      Promise.all([stage.addServer('server-1'), stage.addServer('server-2'), stage.addServer('server-3')]),
    );
    await t.step('write a full slice with server 1, and a second one with server 2', async () => {
      await writeSlice(t, stage, { name: 'first', ready: [server1], unready: UNREADY });
      await writeSlice(t, stage, { name: 'second', ready: [server2], unready: 1 });
    });
    await t.evidence.require(stage.endpointsAre([server1, server2]));
    const served = await pinFlowToEach(t, stage, [server1, server2]);
    await t.step('server 3 joins, in a slice of its own', () =>
      writeSlice(t, stage, { name: 'third', ready: [server3] }),
    );
    await t.evidence.require(stage.endpointsAre([server1, server2, server3]));

    const sequence = served.client.stream.lastSequence();
    await t.step('servers 1 and 2 leave their slices', () =>
      Promise.all([
        writeSlice(t, stage, { name: 'first', ready: [], unready: UNREADY }),
        writeSlice(t, stage, { name: 'second', ready: [], unready: 1 }),
      ]),
    );
    await t.evidence.require(stage.endpointsAre([server3]));
    const changedAt = t.evidence.now();
    await t.step('judge a flow of each slice', () =>
      judgeEachMoved(t, stage, served, {
        to: server3,
        sequence,
        changedAt,
        after: 'an endpoint left each of two slices',
      }),
    );
  },
);
