import { spec } from '../../../harness/run/spec.ts';
import { tuplesGoneFromKernel } from '../evidence/race-premises.ts';
import { endFlows, openBothProtocols } from '../faults/race-plain-flows.ts';
import { judgeStaleGone, watchStaleEntries } from '../judge/stale-entries.ts';
import { openEnforcedStage } from '../judge/enforced-stage.ts';
import { RACE_LOCKS } from '../stage/race-locks.ts';

/** One period until the map is read, one for a second miss, one to spare. */
const periodsToClean = 3;

spec(
  {
    id: 'race/stale-entries-are-removed',
    title: 'Entries whose flows are gone are removed within three cleanup periods',
    claim:
      'A policy agent MUST remove the conntrack entries of flows that the kernel no longer tracks within three cleanup periods.',
    tags: ['race', 'conntrack'],
    needs: { workers: 2, capabilities: ['conntrack-cleanup', 'policy-endpoint', 'event-log'] },
    locks: RACE_LOCKS,
    timeout: 180_000,
    judges: 'policy-agent',
    refs: [
      {
        title: 'aws-network-policy-agent#246: entries deleted that the kernel table did not have yet',
        url: 'https://github.com/aws/aws-network-policy-agent/issues/246',
      },
    ],
  },
  async (t) => {
    const stage = await openEnforcedStage(t, { owner: 'client' });
    const both = await t.step('open TCP and UDP flows', () => openBothProtocols(t, stage));
    await t.step('end them and make the kernel forget them', async () => {
      for (const plain of both) await endFlows(t, stage, plain);
      for (const plain of both) await t.evidence.require(tuplesGoneFromKernel(stage, plain.flows));
    });
    const seen = await t.step(`wait for up to ${periodsToClean} cleanup periods`, () =>
      watchStaleEntries(t, stage, both, periodsToClean),
    );
    judgeStaleGone(t, stage, { ...seen, periods: periodsToClean, periodMs: stage.periodMs });
  },
);
