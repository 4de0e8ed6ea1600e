import { spec } from '../../../harness/run/spec.ts';
import { pathIsOpen, tuplesInAgentMap } from '../evidence/race-premises.ts';
import { knockDuring, knockUntilDenied } from '../faults/race-knocks.ts';
import { endFlows, openFlows } from '../faults/race-plain-flows.ts';
import { judgeDenied } from '../judge/denial-judgement.ts';
import { awaitCycles } from '../stage/race-passes.ts';
import { applyRacePolicy, openRaceStage } from '../stage/race-stage.ts';
import { RACE_LOCKS } from '../stage/race-locks.ts';

const cycles = 3;
/** How long a policy may take to be in force once the agent's programs are attached. */
const settleMs = 20_000;

spec(
  {
    id: 'race/forbidden-flow-stays-denied',
    title: 'What policy forbids stays denied through every cleanup pass',
    claim:
      'A policy agent MUST deny a forbidden flow before, during and after its cleanup passes, including packets that follow a flow which was allowed the other way.',
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
    await knockUntilDenied(t, stage, settleMs);

    // Stale entries give the passes something to delete while the knocks go on.
    await endFlows(t, stage, allowed);
    const started = t.evidence.now();
    const { knocks, heard } = await t.step(`knock through ${cycles} cleanup passes`, () =>
      knockDuring(t, stage, awaitCycles(t, stage, cycles)),
    );
    judgeDenied(t, stage, { knocks, heard, durationMs: t.evidence.now() - started });
  },
);
