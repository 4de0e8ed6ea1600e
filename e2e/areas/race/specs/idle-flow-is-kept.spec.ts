import { spec } from '../../../harness/run/spec.ts';
import { flowsInAgentMap, flowsInKernel } from '../evidence/race-premises.ts';
import { deafFlows, keepUdpRows, openBothProtocols } from '../faults/race-plain-flows.ts';
import { judgeIdleKept } from '../judge/entry-judgements.ts';
import { openEnforcedStage } from '../judge/enforced-stage.ts';
import { awaitCycles } from '../stage/race-passes.ts';
import { RACE_LOCKS } from '../stage/race-locks.ts';

const idleCycles = 3;

spec(
  {
    id: 'race/idle-flow-is-kept',
    title: 'An idle flow that the kernel still tracks is never cut',
    claim:
      'A policy agent MUST keep the entry of a flow that is idle but alive in the kernel’s table, over any number of cleanup passes.',
    tags: ['race', 'conntrack'],
    needs: { workers: 2, capabilities: ['conntrack-cleanup', 'policy-endpoint', 'event-log'] },
    locks: RACE_LOCKS,
    timeout: 180_000,
    judges: 'policy-agent',
    refs: [
      {
        title: 'aws-network-policy-agent#163: replies denied after a policy is in place',
        url: 'https://github.com/aws/aws-network-policy-agent/issues/163',
      },
    ],
  },
  async (t) => {
    const stage = await openEnforcedStage(t, { owner: 'client' });
    await t.step('keep idle UDP rows in the kernel’s table', () => keepUdpRows(t, stage));
    const both = await t.step('open TCP and UDP flows', () => openBothProtocols(t, stage));
    const started = t.evidence.now();
    await t.step(`stay idle for ${idleCycles} delete passes`, () => awaitCycles(t, stage, idleCycles));
    for (const plain of both) {
      const { protocol } = plain.flows;
      const rows = await flowsInKernel(stage, plain.flows, t.signal);
      const entries = await flowsInAgentMap(stage, plain.flows, t.signal);
      const deaf = await deafFlows(t, stage, plain);
      judgeIdleKept(t, stage, {
        protocol,
        count: plain.count,
        inKernel: rows.size,
        entries: entries.size,
        deaf: deaf.length,
        durationMs: t.evidence.now() - started,
      });
    }
  },
);
