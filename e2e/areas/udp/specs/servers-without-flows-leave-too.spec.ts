import { followConntrack } from '../../../harness/conntrack/conntrack-follower.ts';
import { raiseUdpTimeouts } from '../../../harness/conntrack/conntrack-timeouts.ts';
import { kernelForgets } from '../../../harness/conntrack/kernel-forgets.ts';
import { rowPointsAt } from '../../../harness/conntrack/conntrack-premises.ts';
import { noRowPointsAt } from '../evidence/rows-absent.ts';
import { judgeHandover } from '../judge/handover-judgement.ts';
import { destinationOf, flowOf } from '../faults/server-cycle.ts';
import { startSpreadClient } from '../faults/spread-client.ts';
import { preceded } from '../stage/address-order.ts';
import { writeSlice } from '../stage/hand-made-slices.ts';
import { SHARES_PROXY } from '../stage/proxy-locks.ts';
import { openStage, SERVICE_PORT } from '../stage/service-stage.ts';
import { spec } from '../../../harness/run/spec.ts';

const LEAVING = ['server-1', 'server-2', 'server-3', 'server-4', 'server-5'];
/** One in fourteen hundred times one of five servers gets none of them, and the spec is inconclusive. */
const FLOWS = 40;

spec(
  {
    id: 'udp/servers-without-flows-leave-too',
    title: 'A UDP flow moves on when servers that nobody talks to leave with its own',
    claim:
      'When several endpoints leave with one change, the service proxy MUST delete the rows of those that have some; that there is nothing to delete for another one MUST NOT end the clean-up.',
    tags: ['udp', 'conntrack', 'clusterip'],
    needs: { workers: 2, capabilities: ['conntrack-rows'] },
    locks: SHARES_PROXY,
    timeout: 180_000,
    judges: 'service-proxy',
    refs: [
      {
        title: 'conntrack(8): deleting ends with an error where no row matches',
        url: 'https://manpages.debian.org/bookworm/conntrack/conntrack.8.en.html',
      },
    ],
  },
  async (t) => {
    const stage = await openStage(t, { slicesByHand: true });
    const node = stage.clientNode;
    const frontend = { dst: stage.clusterIP, dport: SERVICE_PORT };
    const follower = await followConntrack(t, node, { protocol: 'udp', ...frontend });
    await raiseUdpTimeouts(t, node);
    const [last, ...leaving] = await t.step('start six servers', () =>
      Promise.all([stage.addServer('server-6'), ...LEAVING.map((name) => stage.addServer(name))]),
    );
    // Whatever order the clean-up goes in, a server without a flow comes before the one with it.
    const server = preceded(stage, leaving) ?? t.inconclusive('no server stands between two others');
    const others = leaving.filter((one) => one !== server).map((one) => destinationOf(stage, one));

    await t.step(`${server.name} is the only endpoint`, () => writeSlice(t, stage, { name: 'only', ready: [server] }));
    const client = await t.step('start the client on a path that works', () => stage.startClient('client'));
    const flow = flowOf(stage, client, node);
    await t.evidence.require(client.stream.answeredBy({ server: server.name }, t.wait(30_000)));
    await t.step('four others join', () => writeSlice(t, stage, { name: 'only', ready: leaving }));
    await t.evidence.require(stage.endpointsAre(leaving));
    await t.step('the proxy sends to each of them, and then nobody does', async () => {
      const { client: spread } = await startSpreadClient(t, stage, FLOWS, leaving.length);
      await stage.deletePod(spread, 0, true);
      await kernelForgets(node, stage.family, 'udp', stage.ip(spread), t.signal);
    });
    await t.evidence.require(noRowPointsAt(node, stage.family, frontend, others));
    const staleRow = await t.evidence.require(rowPointsAt(t, flow, stage.ip(server), { seenBy: follower }));
    await t.step('server 6 joins', () => writeSlice(t, stage, { name: 'only', ready: [...leaving, last] }));
    await t.evidence.require(stage.endpointsAre([...leaving, last]));

    const sequence = client.stream.lastSequence();
    await t.step('the five leave with one write of the slice', () =>
      writeSlice(t, stage, { name: 'only', ready: [last] }),
    );
    await t.evidence.require(stage.endpointsAre([last]));
    const changedAt = t.evidence.now();
    // No flows that begin anew: they would make rows to the servers that must have none.
    await t.step('judge the flow', () =>
      judgeHandover(t, {
        flow,
        stream: client.stream,
        follower,
        staleRow,
        from: destinationOf(stage, server),
        to: destinationOf(stage, last),
        sequence,
        changedAt,
        backend: 'left',
        after: `${server.name} left, and four servers without flows with it`,
      }),
    );
  },
);
