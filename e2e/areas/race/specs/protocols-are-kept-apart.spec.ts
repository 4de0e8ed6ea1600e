import { spec } from '../../../harness/run/spec.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import { flowsInAgentMap, flowsInKernel, tuplesGoneFromKernel, tuplesInAgentMap } from '../evidence/race-premises.ts';
import { deafFlows, endFlows, keepUdpRows, openFlows } from '../faults/race-plain-flows.ts';
import { judgeApart } from '../judge/entry-judgements.ts';
import { openEnforcedStage } from '../judge/enforced-stage.ts';
import { awaitCycles } from '../stage/race-passes.ts';
import type { RaceStage } from '../stage/race-stage.ts';
import { RACE_LOCKS } from '../stage/race-locks.ts';

const count = 100;
/** Enough for an agent that waits for a second miss. */
const cycles = 3;

spec(
  {
    id: 'race/protocols-are-kept-apart',
    title: 'TCP and UDP flows between the same ports do not stand for each other',
    claim:
      'A policy agent MUST tell flows apart by protocol when it cleans: a stale UDP entry MUST go and a live TCP flow of the same addresses and ports MUST stay, and the other way round.',
    tags: ['race', 'conntrack', 'tcp'],
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
    await t.step('keep idle UDP rows in the kernel’s table', () => keepUdpRows(t, stage));
    await t.step('UDP ends, TCP lives', () => half(t, stage, { ends: 'udp', lives: 'tcp', firstPort: 12_000 }));
    await t.step('TCP ends, UDP lives', () => half(t, stage, { ends: 'tcp', lives: 'udp', firstPort: 13_000 }));
  },
);

async function half(
  t: SpecContext,
  stage: RaceStage,
  shape: { readonly ends: 'tcp' | 'udp'; readonly lives: 'tcp' | 'udp'; readonly firstPort: number },
): Promise<void> {
  const { ends, lives, firstPort } = shape;
  const stale = await openFlows(t, stage, { protocol: ends, count, firstPort });
  await t.evidence.require(tuplesInAgentMap(stage, stale.flows, 1));
  await endFlows(t, stage, stale);
  const alive = await openFlows(t, stage, { protocol: lives, count, firstPort });
  await t.evidence.require(tuplesGoneFromKernel(stage, stale.flows));
  const started = t.evidence.now();
  await awaitCycles(t, stage, cycles);
  const rows = await flowsInKernel(stage, alive.flows, t.signal);
  const left = await flowsInAgentMap(stage, stale.flows, t.signal);
  const kept = await flowsInAgentMap(stage, alive.flows, t.signal);
  const deaf = await deafFlows(t, stage, alive);
  judgeApart(t, stage, {
    ...{ count, firstPort, cycles, ended: ends, alive: lives },
    aliveInKernel: rows.size,
    staleEntries: left.size,
    aliveEntries: kept.size,
    deaf: deaf.length,
    durationMs: t.evidence.now() - started,
  });
  await endFlows(t, stage, alive);
}
