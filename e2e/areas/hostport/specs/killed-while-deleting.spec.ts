import { rulesLeadTo } from '../evidence/mapped-row.ts';
import { holdPort } from '../faults/hold-port.ts';
import { killWhileDeleting } from '../faults/kill-plugin.ts';
import { judgeRowRemoved } from '../judge/row-judgement.ts';
import { SHARES_MAPPER } from '../stage/mapper-locks.ts';
import { openHostPortStage } from '../stage/host-port-stage.ts';
import { spec } from '../../../harness/run/spec.ts';

spec(
  {
    id: 'hostport/killed-while-deleting',
    title: 'Rows go although the port mapper was killed between its rules and them',
    claim:
      'When the port mapper is killed after it removed the rules of a pod that is deleted, and before it deleted the rows, the next try of the runtime MUST delete them: that the rules are gone does not say that the rows are.',
    tags: ['hostport', 'conntrack'],
    needs: { workers: 2, capabilities: ['mapped-rows', 'readable-rules', 'killable'], provider: 'kind' },
    locks: SHARES_MAPPER,
    timeout: 180_000,
    judges: 'port-mapper',
    refs: [
      {
        title: 'CNI specification: DEL is repeated and has to be complete each time',
        url: 'https://www.cni.dev/docs/spec/#del-remove-container-from-network-or-un-apply-modifications',
      },
    ],
  },
  async (t) => {
    const stage = await openHostPortStage(t, 18_008);
    const held = await holdPort(t, stage);
    const { holder, sender } = held;
    await t.evidence.require(rulesLeadTo(t, stage, holder, true));
    const killed = await t.step('set the trap', () => killWhileDeleting(t, stage));
    const since = await t.step('delete the pod', () => stage.deletePod(holder));
    await t.evidence.require(killed);
    await t.evidence.require(rulesLeadTo(t, stage, holder, false));
    await t.step('judge its row', () =>
      judgeRowRemoved(t, {
        ...held,
        change: 'killed-while-deleting',
        sender: 'same-node',
        since,
        after: 'pod-1 was deleted, in two tries',
        told: () => `the sender goes on: ${sender.stream.describe()}`,
      }),
    );
  },
);
