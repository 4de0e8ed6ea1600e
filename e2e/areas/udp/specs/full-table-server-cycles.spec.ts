import { OWNS_PROXY } from '../stage/proxy-locks.ts';
import { pinFlow, replaceServer } from '../faults/server-cycle.ts';
import { judgeReplaced } from '../judge/replaced-judgement.ts';
import { openStage } from '../stage/service-stage.ts';
import { floodTable } from '../faults/table-flood.ts';
import { spec } from '../../../harness/run/spec.ts';

/** Alone on the cluster: a flush of this many rows would drown the events that other specs wait for. */
const ROWS = 15_000;

spec(
  {
    id: 'udp/full-table-server-cycles',
    title: 'A UDP flow moves on in time among thousands of stale rows',
    claim:
      'With tens of thousands of short flows to the deleted server in the table, the service proxy MUST still move a live flow within the bound: clean-up must not stall it.',
    tags: ['udp', 'conntrack', 'slow'],
    needs: { workers: 2, capabilities: ['conntrack-rows'] },
    locks: OWNS_PROXY,
    timeout: 240_000,
    judges: 'service-proxy',
    refs: [
      {
        title: 'kubernetes/kubernetes#135323: row-by-row deletes stall the proxy at a high DNS rate',
        url: 'https://github.com/kubernetes/kubernetes/issues/135323',
      },
    ],
  },
  async (t) => {
    const stage = await openStage(t);
    const pinned = await pinFlow(t, stage);
    await t.step('fill the table with short flows', () => floodTable(t, stage, ROWS));
    const replacement = await replaceServer(t, stage, pinned, { freshFlows: false });
    await t.step('judge the live flow', () => judgeReplaced(t, stage, pinned, replacement, { eventsMayBeLost: true }));
  },
);
