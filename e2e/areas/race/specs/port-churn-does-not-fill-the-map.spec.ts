import { spec } from '../../../harness/run/spec.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import { kernelForgets } from '../../../harness/conntrack/kernel-forgets.ts';
import { judgeBounded } from '../judge/entry-judgements.ts';
import { openEnforcedStage } from '../judge/enforced-stage.ts';
import { udpPorts } from '../stage/race-objects.ts';
import { awaitCycles } from '../stage/race-passes.ts';
import type { RaceStage } from '../stage/race-stage.ts';
import { RACE_LOCKS } from '../stage/race-locks.ts';

const rounds = 4;
const portsARound = 150;
const aRound = portsARound * udpPorts.count;

spec(
  {
    id: 'race/port-churn-does-not-fill-the-map',
    title: 'Port churn does not fill the agent’s map',
    claim: 'A policy agent MUST remove stale entries as fast as short flows from ever new ports make them.',
    tags: ['race', 'conntrack', 'stress'],
    needs: { workers: 2, capabilities: ['conntrack-cleanup', 'policy-endpoint', 'event-log'] },
    locks: RACE_LOCKS,
    timeout: 240_000,
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
    const counts: number[] = [];
    const points: [number, number][] = [];
    for (let round = 0; round < rounds; round += 1)
      await t.step(`round ${round + 1}: ${aRound} new flows, then a cleanup`, async () => {
        const clientPorts = { first: 20_000 + round * portsARound, count: portsARound };
        await stage.client.driver.call(
          { cmd: 'spray', address: stage.address, clientPorts, serverPorts: udpPorts },
          t.signal,
        );
        points.push([t.evidence.now(), await entries(t, stage)]);
        await kernelForgets(stage.agent.node, stage.family, 'udp', stage.client.ip, t.signal);
        await awaitCycles(t, stage, 1);
        counts.push(await entries(t, stage));
        points.push([t.evidence.now(), counts.at(-1) ?? 0]);
      });
    t.evidence.series({ name: 'entries of the client in the agent’s map', lane: 'agent', unit: 'entries', points });
    const filled = Math.max(...points.map(([, count]) => count));
    judgeBounded(t, stage, { aRound, counts, filled });
  },
);

async function entries(t: SpecContext, stage: RaceStage): Promise<number> {
  const keys = await stage.agent.mapKeys(t.signal);
  return keys.filter(({ owner }) => owner === stage.ownerEnd.ip).length;
}
