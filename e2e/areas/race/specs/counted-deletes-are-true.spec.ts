import { spec } from '../../../harness/run/spec.ts';
import { countedDeletes } from '../evidence/counted-deletes.ts';
import { tuplesGoneFromKernel } from '../evidence/race-premises.ts';
import { endFlows, openBothProtocols } from '../faults/race-plain-flows.ts';
import { judgeCounted } from '../judge/counted-deletes.ts';
import { watchStaleEntries } from '../judge/stale-entries.ts';
import { openEnforcedStage } from '../judge/enforced-stage.ts';
import { requireReadable } from '../stage/race-passes.ts';
import { RACE_LOCKS } from '../stage/race-locks.ts';

const periodsToClean = 3;

spec(
  {
    id: 'race/counted-deletes-are-true',
    title: 'An agent deletes as many entries as it counts',
    claim:
      'A policy agent that says how many entries a cleanup pass deleted MUST say the number that it deleted: alerts are built on it.',
    tags: ['race', 'conntrack'],
    needs: { workers: 2, capabilities: ['conntrack-cleanup', 'policy-endpoint', 'event-log'] },
    locks: RACE_LOCKS,
    timeout: 180_000,
    judges: 'policy-agent',
    refs: [
      {
        title: 'aws-network-policy-agent v1.5.0: a pass counts what it deletes',
        url: 'https://github.com/aws/aws-network-policy-agent/releases/tag/v1.5.0',
      },
    ],
  },
  async (t) => {
    const stage = await openEnforcedStage(t, { owner: 'client' });
    const both = await t.step('open TCP and UDP flows', () => openBothProtocols(t, stage));
    const mark = stage.log.mark;
    await t.step('end them and make the kernel forget them', async () => {
      for (const plain of both) await endFlows(t, stage, plain);
      for (const plain of both) await t.evidence.require(tuplesGoneFromKernel(stage, plain.flows));
    });
    const { count, left } = await t.step(`wait for up to ${periodsToClean} cleanup periods`, () =>
      watchStaleEntries(t, stage, both, periodsToClean),
    );
    if (left > 0)
      t.inconclusive(`${left} of ${count} entries of ended flows are still there: what was deleted is open`);
    requireReadable(t, stage, mark);
    judgeCounted(t, stage, { ...countedDeletes(stage.log.lines.slice(mark)), ended: count });
  },
);
