/** Unasked-for packets to an isolated client, before, during and after cleanup passes. */
import { setTimeout as delay } from 'node:timers/promises';
import { knock, pathIsOpen, tuplesInAgentMap } from '../evidence/race-premises.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import { awaitCycles } from '../stage/race-passes.ts';
import { endFlows, openFlows } from './race-plain-flows.ts';
import { applyRacePolicy, openRaceStage } from '../stage/race-stage.ts';

const cycles = 3;
const knockMs = 300;
/** How long a policy may take to be in force once the agent's programs are attached. */
const settleMs = 20_000;

export async function forbiddenStaysDenied(t: SpecContext): Promise<void> {
  const stage = await t.step('start client and server', () => openRaceStage(t, { owner: 'client' }));
  await t.evidence.require(pathIsOpen(stage));
  await t.step('isolate the client', () => applyRacePolicy(t, stage));
  // Entries of allowed flows prove that the agent's programs are attached, whether they deny or not.
  const allowed = await t.step('wait until the agent’s programs see flows', async () => {
    for (let firstPort = 14_000; ; firstPort += 100) {
      const plain = await openFlows(t, stage, { protocol: 'tcp', count: 50, firstPort });
      const attached = await tuplesInAgentMap(stage, plain.flows, 1).prove(t.signal);
      if (attached.proven) return plain;
      if (firstPort > 16_000) t.inconclusive(`the agent does not see the client's flows: ${attached.reason}`);
    }
  });
  const settled = t.evidence.now() + settleMs;
  while (t.evidence.now() < settled && (await knock(stage, t.signal)).heard)
    await delay(knockMs, undefined, { signal: t.signal });

  // Stale entries give the passes something to delete while the knocks go on.
  await endFlows(t, stage, allowed);
  const started = t.evidence.now();
  let passing = true;
  const passes = awaitCycles(t, stage, cycles).finally(() => (passing = false));
  // Awaited below; until then its failure must not count as nobody's.
  passes.catch(() => undefined);
  let [knocks, heard] = [0, 0];
  await t.step(`knock through ${cycles} cleanup passes`, async () => {
    while (passing && !t.signal.aborted) {
      knocks += 1;
      if ((await knock(stage, t.signal, knockMs)).heard) heard += 1;
      await delay(knockMs, undefined, { signal: t.signal });
    }
    await passes;
  });
  t.judge({
    ok: heard === 0 && knocks > 0,
    subject: `${t.env.subject('policy-agent').name} on ${stage.agent.node.name}, udp ${stage.server.ip} → ${stage.client.ip}`,
    expected: 'no forbidden datagram to reach the isolated client',
    observed: `${heard} of ${knocks} reached it`,
    durationMs: t.evidence.now() - started,
    tries: knocks,
  });
}
