import { spec } from '../../../harness/run/spec.ts';
import { flowsInAgentMap, tuplesGoneFromKernel } from '../evidence/race-premises.ts';
import { endFlows, openBothProtocols } from '../faults/race-plain-flows.ts';
import { openEnforcedStage } from '../stage/enforced-stage.ts';
import { awaitCycles } from '../stage/race-passes.ts';
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
    const all = both.reduce((sum, { count }) => sum + count, 0);
    const started = t.evidence.now();
    const boundMs = t.wait(periodsToClean * stage.periodMs);
    const left = await t.step(`wait for up to ${periodsToClean} cleanup periods`, async () => {
      for (;;) {
        await awaitCycles(t, stage, 1);
        const found = await Promise.all(both.map((plain) => flowsInAgentMap(stage, plain.flows, t.signal)));
        const count = found.reduce((sum, set) => sum + set.size, 0);
        t.evidence.record({ kind: 'counter', lane: 'agent', summary: `${count} stale entries after a delete pass` });
        if (count === 0 || t.evidence.now() - started > boundMs) return count;
      }
    });
    const ms = t.evidence.now() - started;
    t.evidence.measure({ name: 'stale entries gone after', value: ms, unit: 'ms', bound: boundMs });
    t.evidence.inShort(`${all - left} of ${all} entries of ended flows removed, ${left} left`);
    t.judge({
      ok: left === 0,
      subject: `${t.env.subject('policy-agent').name} on ${stage.agent.node.name}`,
      expected: `all ${all} entries of ended flows to be removed within ${periodsToClean} cleanup periods`,
      observed: `${left} of ${all} still in its map`,
      durationMs: ms,
    });
  },
);
