/** A row that leads to a pod that is gone, or to nobody although a pod has come: it goes in time, and a program took it. */
import type { ConntrackEntry } from '../../../harness/conntrack/conntrack-entry.ts';
import { describeEntry } from '../../../harness/conntrack/conntrack-entry.ts';
import type { ConntrackEvent } from '../../../harness/conntrack/conntrack-event.ts';
import type { ConntrackFollower } from '../../../harness/conntrack/conntrack-follower.ts';
import {
  author,
  describeFlow,
  destroyed,
  recordEvents,
  rowsNow,
  type Flow,
} from '../../../harness/conntrack/conntrack-premises.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import type { PortMapper } from '../subjects/port-mapper.ts';
import { mappedRowRemoved, type Change, type SenderPlace } from './judgements.ts';
import { describeUnclear, REMOVAL_BOUND_MS } from './time-bound.ts';
import { heldTo } from '../../../harness/run/time-bound.ts';

export interface StaleRow {
  readonly flow: Flow;
  readonly follower: ConntrackFollower;
  readonly row: ConntrackEntry;
  readonly change: Change;
  readonly sender: SenderPlace;
  /** On the run's clock: from when the row has no reason to stay. It may be gone before. */
  readonly since: number;
  readonly after: string;
  /** What its client met, for the reader. */
  readonly told: () => string;
}

/** Judges that the row went; measures `stale row gone after` (ms). */
export async function judgeRowRemoved(t: SpecContext, stale: StaleRow): Promise<ConntrackEvent> {
  const { flow, follower, row, since } = stale;
  const timeoutMs = Math.max(0, since + t.wait(2 * REMOVAL_BOUND_MS) - t.evidence.now());
  const event = await destroyed(follower, row, timeoutMs);
  recordEvents(t, follower, flow);
  const subject = `${describeFlow(flow)} after ${stale.after}`;
  const tookMs = event === undefined ? undefined : Math.max(0, t.evidence.fromWall(event.wallMs) - since);
  if (tookMs !== undefined) t.evidence.measure({ name: 'stale row gone after', value: Math.round(tookMs), unit: 'ms' });
  if (event !== undefined && event.userspace === undefined)
    t.inconclusive(`${subject}: the kernel itself ended the row, so nothing is known of the port mapper`);
  const other = event === undefined ? undefined : strangerTo(t, event);
  if (other !== undefined) t.inconclusive(`${subject}: the row was deleted by ${other}, which is not the port mapper`);
  const held = tookMs === undefined ? 'late' : heldTo(REMOVAL_BOUND_MS, tookMs);
  if (tookMs !== undefined && held === 'unclear')
    t.inconclusive(`${subject}: the row's end ${describeUnclear(REMOVAL_BOUND_MS, tookMs)}`);
  const now = await rowsNow(flow, t.signal);
  t.evidence.inShort(
    event === undefined ? 'the stale row stays' : `stale row gone after ${Math.round(tookMs ?? 0)} ms`,
  );
  t.judge(mappedRowRemoved, {
    outcome: event === undefined ? 'row-stays' : held === 'late' ? 'removed-late' : 'removed',
    facts: { change: stale.change, sender: stale.sender },
    subject,
    expected: `the row ${describeEntry(row)} to leave within ${REMOVAL_BOUND_MS} ms`,
    observed: `${event === undefined ? 'it stayed' : `it was destroyed by ${author(event)}${tookMs === 0 ? ' before that' : ` after ${Math.round(tookMs ?? 0)} ms`}`}; rows now: ${now}; ${stale.told()}`,
    ...(tookMs === undefined ? {} : { durationMs: Math.round(tookMs) }),
  });
  // A row that stays was judged above, and the judgement ended the spec.
  return event as ConntrackEvent;
}

/** Name of the program that deleted a row, where it has one and is not the port mapper. Most plugins have ended before they are looked up. */
export function strangerTo(t: SpecContext, { userspace }: ConntrackEvent): string | undefined {
  const mapper = t.env.subject('port-mapper') as PortMapper;
  const program = userspace?.program;
  if (program === undefined || mapper.program === undefined) return undefined;
  return program.startsWith(mapper.program) ? undefined : program;
}
