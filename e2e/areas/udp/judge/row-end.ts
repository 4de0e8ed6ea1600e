/** The end of a stale row: when the rules for the change were written, when the row went, and by whom. */
import { pollWithin } from '../../../harness/cluster/wait.ts';
import { sameRow, type ConntrackEntry } from '../../../harness/conntrack/conntrack-entry.ts';
import type { ConntrackEvent } from '../../../harness/conntrack/conntrack-event.ts';
import type { ConntrackFollower } from '../../../harness/conntrack/conntrack-follower.ts';
import { readConntrack } from '../../../harness/conntrack/conntrack-table.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import { destroyed, matchOf, rowsNow } from '../../../harness/conntrack/conntrack-premises.ts';
import type { FlowKey } from '../evidence/flow-key.ts';
import type { Destination, FreshFlows } from '../evidence/fresh-flows.ts';
import { countWaits } from '../evidence/processor-wait.ts';
import { rowRemoved, rulesWritten, type Backend, type Rules } from './judgements.ts';
import { describeUnclear, heldTo } from '../../../harness/run/time-bound.ts';
import { REMOVAL_BOUND_MS, RULES_BOUND_MS } from './time-bound.ts';
import { judgeAuthor } from './who-deleted.ts';

export interface Removal {
  readonly flow: FlowKey;
  readonly follower: ConntrackFollower;
  readonly fresh?: FreshFlows | undefined;
  readonly mustReach?: boolean;
  readonly staleRow: ConntrackEntry;
  readonly from: Destination;
  readonly to?: Destination;
  readonly changedAt: number;
  readonly backend: Backend;
  readonly after: string;
  readonly eventsMayBeLost?: boolean;
}

export interface RowEnd {
  readonly rules: Rules;
  /** On the run's clock, as all times here. */
  readonly writtenAt?: number;
  /** `unseen`: it is in the table no more, and nobody told of its end. */
  readonly row: 'gone' | 'stays' | 'unseen';
  readonly removedAt?: number;
  readonly event?: ConntrackEvent;
  /** How long the subject's processes waited for a processor meanwhile; absent when it could not be read. */
  readonly machineMs?: number;
}

/** Waits for the rules, then for the row. Judges nothing; measures `rules written after` and `stale row gone after` (ms). */
export async function watchRow(t: SpecContext, removal: Removal): Promise<RowEnd> {
  const { fresh, changedAt, follower, staleRow } = removal;
  const machine = countWaits(t, removal.flow.node);
  const change = { from: removal.from, to: removal.to };
  const must = { changedAt, mustReach: removal.mustReach ?? false };
  // As long again as the bound: what the machine may explain is rarely more, and the waits grow with it.
  const left = (bound: number, since: number): number => Math.max(0, since + t.wait(2 * bound) - t.evidence.now());
  await fresh?.rulesWritten(change, { ...must, timeoutMs: left(RULES_BOUND_MS, changedAt) });
  const early = fresh?.writtenBy(change, must);
  const bound = boundOf(removal);
  const since = Math.max(changedAt, early ?? 0);
  const event = removal.eventsMayBeLost === true ? undefined : await destroyed(follower, staleRow, left(bound, since));
  const isLeft =
    removal.eventsMayBeLost === true
      ? await leftWithin(t, removal, left(bound, since))
      : event === undefined && (await isAbsent(t, removal));
  const removedAt =
    event !== undefined
      ? t.evidence.fromWall(event.wallMs)
      : isLeft && removal.eventsMayBeLost
        ? t.evidence.now()
        : undefined;
  const machineMs = await machine();
  if (machineMs !== undefined)
    t.evidence.measure({ name: 'proxy waited for a processor', value: Math.round(machineMs), unit: 'ms' });
  // Events are told in order: all births before the row's end are known now.
  const writtenAt = fresh?.writtenBy(change, must);
  const rules = fresh === undefined ? 'not-watched' : writtenAt === undefined ? 'not-written' : 'written';
  if (writtenAt !== undefined) measure(t, 'rules written after', writtenAt - changedAt, RULES_BOUND_MS);
  if (removedAt !== undefined)
    measure(t, 'stale row gone after', removedAt - Math.max(changedAt, writtenAt ?? 0), bound);
  return {
    rules,
    row: removedAt !== undefined ? 'gone' : isLeft ? 'unseen' : 'stays',
    ...(writtenAt === undefined ? {} : { writtenAt }),
    ...(removedAt === undefined ? {} : { removedAt }),
    ...(event === undefined ? {} : { event }),
    ...(machineMs === undefined ? {} : { machineMs }),
  };
}

/** Without fresh flows nothing tells when the rules were written, so the row has the time of both. */
const boundOf = ({ fresh }: Removal): number => (fresh === undefined ? RULES_BOUND_MS : REMOVAL_BOUND_MS);

/** Judges the rules, the row and its author, in this order; `how` says what the client saw meanwhile. */
export async function judgeRowGone(
  t: SpecContext,
  removal: Removal & { readonly subject: string; readonly expectedToLeave?: true },
  end: RowEnd,
  how: string,
): Promise<void> {
  const { subject, flow, backend, changedAt, from } = removal;
  const facts = { frontend: flow.frontend, backend };
  judgeRules(t, removal, end);
  const since = Math.max(changedAt, end.writtenAt ?? 0);
  const bound = boundOf(removal);
  const tookMs = end.removedAt === undefined ? undefined : end.removedAt - since;
  const held = tookMs === undefined ? 'late' : heldTo(bound, tookMs, end.machineMs);
  if (end.row === 'unseen')
    t.inconclusive(
      `${subject}: the stale row is in the table no more, and its end was not seen: nobody knows who deleted it`,
    );
  if (tookMs !== undefined && held === 'unclear')
    t.inconclusive(`${subject}: the stale row ${describeUnclear(bound, tookMs, end.machineMs)}`);
  const rows = await rowsNow(flow, t.signal);
  t.judge(rowRemoved, {
    outcome: end.row === 'stays' ? 'row-stays' : held === 'late' ? 'removed-late' : 'removed',
    facts: { ...facts, rules: end.rules },
    subject,
    expected: `the row to leave ${from.name} (${from.ip}) within ${bound} ms of ${end.writtenAt === undefined ? 'the change' : 'the rules that were written for it'}`,
    observed:
      tookMs === undefined
        ? `the stale row is still there: ${rows}; ${how}`
        : `it was gone after ${Math.round(tookMs)} ms; rows now: ${rows}; ${how}`,
    ...(tookMs === undefined
      ? { durationMs: Math.round(t.evidence.now() - since) }
      : { durationMs: Math.max(0, Math.round(tookMs)) }),
  });
  if (end.event !== undefined) await judgeAuthor(t, { node: flow.node, event: end.event, subject, facts });
}

function judgeRules(t: SpecContext, removal: Removal & { readonly subject: string }, end: RowEnd): void {
  const { fresh, changedAt, from, subject } = removal;
  if (fresh === undefined) return;
  const tookMs = end.writtenAt === undefined ? undefined : end.writtenAt - changedAt;
  const held = tookMs === undefined ? 'late' : heldTo(RULES_BOUND_MS, tookMs, end.machineMs);
  if (tookMs !== undefined && held === 'unclear')
    t.inconclusive(`${subject}: the rules ${describeUnclear(RULES_BOUND_MS, tookMs, end.machineMs)}`);
  t.judge(rulesWritten, {
    outcome: tookMs === undefined ? 'never-written' : held === 'late' ? 'written-late' : 'written',
    facts: { frontend: removal.flow.frontend, backend: removal.backend },
    subject: `new flows ${subject.slice(subject.indexOf('->'))}`,
    expected: `none to go to ${from.name} (${from.ip}) from ${RULES_BOUND_MS} ms after the change on`,
    observed: `${tookMs === undefined ? 'they go on to do so' : `none did after ${Math.round(tookMs)} ms`}; ${fresh.describe({ from, to: removal.to })}`,
    durationMs: Math.max(0, Math.round(tookMs ?? t.evidence.now() - changedAt)),
  });
}

async function isAbsent(t: SpecContext, { flow, staleRow }: Removal): Promise<boolean> {
  const table = await readConntrack(flow.node, flow.family, matchOf(flow), t.signal);
  return table.every((entry) => !sameRow(entry, staleRow));
}

/** Looks into the table again and again: for rows whose events may be lost. */
async function leftWithin(t: SpecContext, removal: Removal, timeoutMs: number): Promise<boolean> {
  const look = async (): Promise<true | undefined> => ((await isAbsent(t, removal)) ? true : undefined);
  return (await pollWithin(look, { timeoutMs, signal: t.signal, intervalMs: 250 })) === true;
}

function measure(t: SpecContext, name: string, ms: number, bound: number): void {
  t.evidence.measure({ name, value: Math.max(0, Math.round(ms)), unit: 'ms', bound });
}
