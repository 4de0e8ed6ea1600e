import { spec } from '../../../harness/run/spec.ts';
import { upgradeAgent } from '../faults/agent-changes.ts';
import { forgeSyns, passForgedSyns } from '../faults/forged-syns.ts';
import { openFlows } from '../faults/race-plain-flows.ts';
import { flowsInAgentMap, flowsInKernel, tuplesInAgentMap } from '../evidence/race-premises.ts';
import { openEnforcedStage } from '../judge/enforced-stage.ts';
import { judgeRowsKept, watchRows } from '../judge/established-rows.ts';
import { requireEnforced } from '../judge/pod-isolation.ts';
import { RACE_LOCKS } from '../stage/race-locks.ts';

const each = 100;
const firstPort = 17_000;

spec(
  {
    id: 'race/denied-syn-spares-established-connection',
    title: 'A denied SYN does not end an established connection in the kernel’s table',
    claim:
      'A policy agent that takes rows of denied connections out of the kernel’s table MUST NOT take the row of an established one for it: a SYN that is denied proves nothing about the connection whose addresses it bears.',
    tags: ['race', 'conntrack', 'tcp', 'disruptive'],
    needs: { workers: 2, capabilities: ['conntrack-cleanup', 'policy-endpoint', 'event-log'], provider: 'kind' },
    locks: RACE_LOCKS,
    timeout: 240_000,
    judges: 'policy-agent',
    refs: [
      {
        title: 'aws-network-policy-agent v1.5.0, ct_deny.h: no check whether the row was ever answered',
        url: 'https://github.com/aws/aws-network-policy-agent/blob/v1.5.0/pkg/ebpf/c/ct_deny.h',
      },
    ],
  },
  async (t) => {
    const stage = await openEnforcedStage(t, { owner: 'client' });
    const all = await t.step(`open ${2 * each} connections and leave them idle`, () =>
      openFlows(t, stage, { protocol: 'tcp', count: 2 * each, firstPort }),
    );
    await t.evidence.require(tuplesInAgentMap(stage, all.flows, 1));
    // Else the agent takes what comes in their reverse for an answer. A full map and older connections lack entries as well.
    await t.step('make the agent forget its map', () => upgradeAgent(t, stage));
    await requireEnforced(t, stage);
    const hit = { ...all.flows, clientPorts: { first: firstPort, count: each } };
    const control = { ...all.flows, clientPorts: { first: firstPort + each, count: each } };
    const known = (await flowsInAgentMap(stage, all.flows, t.signal)).size;
    if (known > 0) t.inconclusive(`the agent's map still has ${known} of ${2 * each} connections after its upgrade`);
    const before = (await flowsInKernel(stage, all.flows, t.signal)).size;
    if (before < 2 * each) t.inconclusive(`the kernel tracks ${before} of ${2 * each} connections before any SYN`);
    await passForgedSyns(t, stage);
    const denied = await t.step(`send a SYN from the server into ${each} of them`, () => forgeSyns(t, stage, hit));
    const seen = await watchRows(t, stage, hit, control);
    judgeRowsKept(t, stage, { count: each, controlCount: each, denied, ...seen });
  },
);
