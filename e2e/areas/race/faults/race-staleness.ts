/** The two sides of a cleanup: what is gone has to go, what lives has to stay. */
import { flowsInAgentMap, flowsInKernel, tuplesGoneFromKernel, tuplesInAgentMap } from '../evidence/race-premises.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import { awaitCycles } from '../stage/race-passes.ts';
import { deafFlows, endFlows, keepUdpRows, openFlows, type PlainFlows } from './race-plain-flows.ts';
import { openEnforcedStage } from '../stage/race-run.ts';
import type { RaceStage } from '../stage/race-stage.ts';

const perProtocol = 200;
const idleCycles = 3;
/** One period until the map is read, one for a second miss, one to spare. */
const periodsToClean = 3;

async function openBoth(t: SpecContext, stage: RaceStage): Promise<readonly PlainFlows[]> {
  const tcp = await openFlows(t, stage, { protocol: 'tcp', count: perProtocol, firstPort: 11_000 });
  const udp = await openFlows(t, stage, { protocol: 'udp', count: perProtocol, firstPort: 11_000 });
  for (const plain of [tcp, udp]) await t.evidence.require(tuplesInAgentMap(stage, plain.flows, 1));
  return [tcp, udp];
}

export async function staleEntriesAreRemoved(t: SpecContext): Promise<void> {
  const stage = await openEnforcedStage(t, { owner: 'client' });
  const both = await t.step('open TCP and UDP flows', () => openBoth(t, stage));
  await t.step('end them and make the kernel forget them', async () => {
    for (const plain of both) await endFlows(t, stage, plain);
    for (const plain of both) await t.evidence.require(tuplesGoneFromKernel(stage, plain.flows));
  });
  const started = t.evidence.now();
  const boundMs = t.bound(periodsToClean * stage.periodMs);
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
  t.judge({
    ok: left === 0,
    subject: `${t.env.subject('policy-agent').name} on ${stage.agent.node.name}`,
    expected: `all ${2 * perProtocol} entries of ended flows to be removed within ${periodsToClean} cleanup periods`,
    observed: `${left} of ${2 * perProtocol} still in its map`,
    durationMs: ms,
  });
}

export async function idleFlowsAreKept(t: SpecContext): Promise<void> {
  const stage = await openEnforcedStage(t, { owner: 'client' });
  await t.step('keep idle UDP rows in the kernel’s table', () => keepUdpRows(t, stage));
  const both = await t.step('open TCP and UDP flows', () => openBoth(t, stage));
  const started = t.evidence.now();
  await t.step(`stay idle for ${idleCycles} delete passes`, () => awaitCycles(t, stage, idleCycles));
  for (const plain of both) {
    const { protocol } = plain.flows;
    const rows = await flowsInKernel(stage, plain.flows, t.signal);
    if (rows.size < plain.count)
      t.inconclusive(`the kernel itself forgot ${plain.count - rows.size} ${protocol} flows`);
    const entries = await flowsInAgentMap(stage, plain.flows, t.signal);
    const deaf = await deafFlows(t, stage, plain);
    t.judge({
      ok: entries.size === plain.count && deaf.length === 0,
      subject: `${t.env.subject('policy-agent').name} on ${stage.agent.node.name}, idle ${protocol} flows`,
      expected: `${plain.count} of ${plain.count} entries kept and every flow to hear the server`,
      observed: `${entries.size} entries kept, ${deaf.length} flows hear nothing, while the kernel tracks ${rows.size}`,
      durationMs: t.evidence.now() - started,
    });
  }
}
