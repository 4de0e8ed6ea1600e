/** Flows that merely have the same destination port: their rows stay the same rows. All of them are looked at before any is judged. */
import { describeEntry } from '../../../harness/conntrack/conntrack-entry.ts';
import type { ConntrackEvent } from '../../../harness/conntrack/conntrack-event.ts';
import type { ConntrackFollower } from '../../../harness/conntrack/conntrack-follower.ts';
import { author, describeFlow, recordEvents } from '../../../harness/conntrack/conntrack-premises.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import { totalLost } from '../../../harness/datagrams/datagram-loss.ts';
import { endOf } from '../evidence/mapped-row.ts';
import type { Stranger } from '../stage/strangers.ts';
import type { PortMapper } from '../subjects/port-mapper.ts';
import { strangerRowKept, strangerUnharmed } from './judgements.ts';

export interface Disturbance {
  readonly during: 'pod-comes' | 'pod-goes';
  readonly told: string;
  readonly follower: ConntrackFollower;
  /** Last sequence number of each stranger before, in their order. */
  readonly sequences: readonly number[];
  /** The end of a row of the mapping itself, if it had one: who deleted that is the port mapper. */
  readonly own: ConntrackEvent | undefined;
}

/** Who shares a netlink socket with the port mapper, or has its name, is the port mapper. */
export function isMappers(
  event: ConntrackEvent,
  own: ConntrackEvent | undefined,
  program: string | undefined,
): boolean {
  const name = event.userspace?.program;
  if (name !== undefined && program !== undefined && name.startsWith(program)) return true;
  return own?.userspace !== undefined && event.userspace?.portId === own.userspace.portId;
}

export async function judgeStrangers(
  t: SpecContext,
  strangers: readonly Stranger[],
  disturbance: Disturbance,
): Promise<void> {
  const { during, told, follower, sequences, own } = disturbance;
  const { program } = t.env.subject('port-mapper') as PortMapper;
  await Promise.all(strangers.map(({ sender }) => sender.stream.settle(50, t.wait(15_000))));
  await follower.requireWhole();
  for (const [index, { kind, what, sender, flow, row }] of strangers.entries()) {
    const [windows = []] = await sender.stream.settledLosses([0], { afterSequence: sequences[index] ?? 0 });
    const gone = endOf(follower, row);
    const lost = totalLost(windows);
    recordEvents(t, follower, flow);
    sender.stream.recordEvidence();
    t.evidence.measure({ name: `datagrams lost by ${kind}`, value: lost, unit: 'datagrams' });
    const subject = `${what} (${describeFlow(flow)}) while ${told}`;
    if (gone?.userspace !== undefined && !isMappers(gone, own, program))
      t.inconclusive(
        `${subject}: its row was deleted by ${author(gone)}, and nothing shows that it is the port mapper`,
      );
    t.evidence.inShort(`${kind}: ${gone === undefined ? 'row stayed' : 'row deleted'}, ${lost} datagrams lost`);
    const facts = { stranger: kind, during };
    const said = `${lost} datagrams lost, ${sender.stream.describe()}`;
    t.hold(strangerRowKept, {
      outcome: gone === undefined ? 'kept' : gone.userspace === undefined ? 'deleted-by-kernel' : 'deleted-by-program',
      facts,
      measures: { lost },
      subject,
      expected: 'its row to stay',
      observed: `${gone === undefined ? 'it stayed' : `it was destroyed by ${author(gone)}: ${describeEntry(gone.entry)}`}; ${said}`,
    });
    // What a flow loses with its row is a matter of chance, and the same failure.
    if (gone === undefined)
      t.hold(strangerUnharmed, {
        outcome: lost === 0 ? 'unharmed' : 'loses-datagrams',
        facts,
        measures: { lost },
        subject,
        expected: 'every datagram to be answered',
        observed: said,
      });
  }
  t.judgeHeld();
}
