import { rulesLeadTo } from '../evidence/mapped-row.ts';
import { holdPort } from '../faults/hold-port.ts';
import { judgeRowRemoved } from '../judge/row-judgement.ts';
import { SHARES_MAPPER } from '../stage/mapper-locks.ts';
import { openHostPortStage } from '../stage/host-port-stage.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'hostport/pod-goes',
    title: 'Rows to a pod that is gone go with it, although nobody takes its port',
    claim:
      'When a pod that holds a host port is deleted and nobody takes the port, the port mapper MUST delete the rows that lead to it: its address may belong to another pod soon, who would get the datagrams.',
    tags: ['hostport', 'conntrack', 'regression'],
    core: true,
    needs: { workers: 2, capabilities: ['mapped-rows', 'readable-rules'] },
    locks: SHARES_MAPPER,
    timeout: 180_000,
    judges: 'port-mapper',
    refs: [
      {
        title: 'containernetworking/plugins#1190: rows of a deleted pod stay',
        url: 'https://github.com/containernetworking/plugins/issues/1190',
      },
      {
        title: 'containernetworking/plugins#1277: flush on DEL',
        url: 'https://github.com/containernetworking/plugins/issues/1277',
      },
    ],
  },
  async (t) => {
    const stage = await openHostPortStage(t, 18_003);
    const held = await holdPort(t, stage);
    const { holder, sender } = held;
    await t.evidence.require(rulesLeadTo(t, stage, holder, true));
    const since = await t.step('delete the pod', () => stage.deletePod(holder));
    await t.evidence.require(rulesLeadTo(t, stage, holder, false));
    await t.step('judge its row', () =>
      judgeRowRemoved(t, {
        ...held,
        change: 'gone',
        sender: 'same-node',
        since,
        after: 'pod-1 was deleted',
        told: () => `the sender goes on: ${sender.stream.describe()}`,
      }),
    );
  },
);
