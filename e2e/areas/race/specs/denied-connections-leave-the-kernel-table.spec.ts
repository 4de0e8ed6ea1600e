import { spec } from '../../../harness/run/spec.ts';
import { deniedHere, floodDenied } from '../faults/denied-syns.ts';
import { type DeniedRows, judgeDeniedRows, watchDeniedRows } from '../judge/denied-rows.ts';
import { openEnforcedStage } from '../judge/enforced-stage.ts';
import { deniedAims } from '../stage/denied-aims.ts';
import { openStranger } from '../stage/race-stage.ts';
import { RACE_LOCKS } from '../stage/race-locks.ts';

const connections = 1000;

spec(
  {
    id: 'race/denied-connections-leave-the-kernel-table',
    title: 'Connections that policy denies do not fill the kernel’s table',
    claim:
      'A policy agent that drops a connection’s first packet MUST NOT leave its row in the kernel’s table, whichever way the pod was called: who is denied could fill the table for everybody else.',
    tags: ['race', 'conntrack', 'tcp'],
    needs: { workers: 2, capabilities: ['conntrack-cleanup', 'policy-endpoint', 'event-log'] },
    locks: RACE_LOCKS,
    timeout: 180_000,
    judges: 'policy-agent',
    refs: [
      {
        title: 'aws-network-policy-agent v1.5.0: rows of denied TCP connections are shortened',
        url: 'https://github.com/aws/aws-network-policy-agent/releases/tag/v1.5.0',
      },
    ],
  },
  async (t) => {
    const stage = await openEnforcedStage(t, { owner: 'client' });
    const stranger = await t.step('start a pod beside the isolated one', () => openStranger(t, stage));
    const seen: DeniedRows[] = [];
    for (const aim of await deniedAims(t, stage)) {
      const way = await t.step(`call the isolated pod by its ${aim.path}`, () => deniedHere(t, stage, stranger, aim));
      if (way === 'let-in') {
        // An agent lets its own node in, for probes; with addresses translated to the node's that is everybody.
        const summary = `calls by ${aim.path} are let in by policy: nothing of them is judged`;
        t.evidence.record({ kind: 'step', lane: 'flows', summary });
        continue;
      }
      const flood = await t.step(`begin ${connections} connections by ${aim.path}`, () =>
        floodDenied(t, stage, stranger, aim, connections),
      );
      seen.push({ aim, ...flood, ...(await watchDeniedRows(t, stage, stranger, aim)) });
    }
    judgeDeniedRows(t, stage, seen);
  },
);
