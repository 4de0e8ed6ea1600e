/**
 * From cells to a verdict: every cell becomes evidence and numbers, and a decision about its client. The engine holds each against
 * the known defects of that client; the spec is as good as its worst cell.
 */
import type { FaultProfile } from '../profiles/profile.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import type { Json } from '../../../harness/run/result-schema.ts';
import type { CellResult } from '../evidence/watch-cell.ts';
import type { LaneOutcome } from '../evidence/watch-lane-outcome.ts';
import type { ClientLiteral } from '../subjects/client-literal.ts';
import { lossNoticed, profileFact } from './watch-judgement.ts';

export interface JudgedLane {
  readonly profile: FaultProfile;
  readonly outcome: LaneOutcome;
  readonly speaks: ClientLiteral['speaks'];
}

/** Judges every client of every lane, then ends the spec: a failure first, then what could not be judged. */
export async function judgeLanes(t: SpecContext, lanes: readonly JudgedLane[]): Promise<void> {
  const open: string[] = [];
  let decided = 0;
  for (const lane of lanes) {
    const { profile, outcome } = lane;
    recordLane(t, lane);
    const undecided = (client: string, reason: string): void => {
      open.push(`${client}: ${reason}`);
      t.undecided(client, `through ${profile.name}: ${reason}`);
    };
    for (const { client, reason, excused } of outcome.unavailable)
      if (!excused) undecided(client, `it was chosen and cannot run here: ${reason}`);
    for (const cell of outcome.cells)
      if (cell.outcome === undefined) undecided(cell.client, cell.reason);
      else {
        decided += 1;
        holdCell(t, lane, cell);
      }
  }
  t.evidence.inShort(lanesInShort(lanes));
  const names = lanes.map(({ profile }) => profile.name).join(', ');
  // A proven failure counts even when another client's cell stays open; a pass needs every cell decided.
  await t.evidence.require({
    name: `captures on both sides of ${names} show what became of a connection`,
    prove: () =>
      Promise.resolve(
        decided > 0
          ? { proven: true, value: undefined, summary: `${decided} of ${decided + open.length} decided` }
          : { proven: false, reason: open.length === 0 ? 'there was no client' : open.join(' | ') },
      ),
  });
  t.judgeHeld();
}

/** `35 cells of client and balancer: 20 kept, 10 recovered, 5 unnoticed`: outcomes by their own names, the passing first. */
function lanesInShort(lanes: readonly JudgedLane[]): string {
  const outcomes = lanes.flatMap(({ outcome }) => outcome.cells.map((cell) => cell.outcome ?? 'not judged'));
  const order: readonly string[] = [...lossNoticed.passes, ...lossNoticed.fails, 'not judged'];
  const told = order.flatMap((name) => {
    const count = outcomes.filter((outcome) => outcome === name).length;
    return count === 0 ? [] : [`${count} ${name.replaceAll('-', ' ')}`];
  });
  const clients = new Set(lanes.flatMap(({ outcome }) => outcome.cells.map(({ client }) => client))).size;
  return `${clients} ${clients === 1 ? 'client' : 'clients'} through ${lanes.length} ${lanes.length === 1 ? 'balancer' : 'balancers'}: ${told.join(', ') || 'no connection was judged'}`;
}

function holdCell(t: SpecContext, { profile, outcome: { captures }, speaks }: JudgedLane, cell: CellResult): void {
  const { client, path, reason, fate, outcome, detectionMs, undetectedForMs, recoveryMs, events } = cell;
  if (outcome === undefined || fate.kind === 'unproven') return;
  const [artifact] = captures;
  const measures = {
    ...(detectionMs === undefined ? {} : { 'detection-ms': detectionMs }),
    ...(undetectedForMs === undefined ? {} : { 'unnoticed-ms': undetectedForMs }),
    ...(recoveryMs === undefined ? {} : { 'recovery-ms': recoveryMs }),
    'updates-missed': events.never,
    'updates-late': events.late,
  };
  t.hold(lossNoticed, {
    of: client,
    // A pool that waits on a dead connection is a defect of its own kind: a read timeout would end it, which a watch cannot have.
    outcome: speaks === 'poll' && outcome === 'unnoticed' ? 'pool-reused-dead' : outcome,
    facts: { profile: profileFact(profile), path, speaks: spoken[speaks], fate: fate.kind },
    measures,
    subject: `${client} through ${profile.name}`,
    expected: `its connection to survive, or its loss to be noticed within ${profile.noticeWithinSeconds} s and every update to be seen`,
    observed: reason,
    ...(detectionMs === undefined ? {} : { durationMs: Math.round(detectionMs) }),
    ...(artifact === undefined ? {} : { artifact }),
  });
}

const spoken = { api: 'api', poll: 'lists', timer: 'lines' } as const;

function recordLane(t: SpecContext, { profile, outcome }: JudgedLane): void {
  for (const cell of outcome.cells) recordCell(t, cell);
  if (outcome.updates.length > 0)
    t.evidence.series({
      name: 'updates made',
      lane: 'API server',
      unit: 'update number',
      points: outcome.updates.map(({ at, n }) => [t.evidence.fromWall(at), n]),
    });
  for (const { client, reason } of outcome.unavailable)
    t.evidence.record({
      kind: 'watch-cell',
      lane: client,
      summary: `not run: ${reason}`,
      data: { client, profile: profile.name, path: outcome.path, verdict: 'skip', reason },
    });
  if (outcome.proven !== undefined) t.evidence.record({ kind: 'fault', lane: 'API server', summary: outcome.proven });
}

function recordCell(t: SpecContext, cell: CellResult): void {
  const { deliveries, keepalivesAt, ...told } = cell;
  const { client, profile, path, reason, fate, verdict } = told;
  const at = fate.kind === 'lost' ? t.evidence.fromWall(fate.at) : t.evidence.now();
  t.evidence.record({
    at,
    kind: 'watch-cell',
    lane: client,
    summary: `${verdict}: ${reason}`,
    data: JSON.parse(JSON.stringify(told)) as Json,
  });
  if (fate.kind === 'lost') {
    t.evidence.record({ at, kind: 'fault', lane: client, summary: fate.reason });
    for (const reset of fate.resets)
      t.evidence.record({
        at: t.evidence.fromWall(reset.at),
        kind: 'rst',
        lane: client,
        summary: `RST to the ${reset.towards}, seq ${reset.exact ? 'exact' : 'not exact'}`,
      });
    if (cell.detectionMs !== undefined)
      t.evidence.record({ at: at + cell.detectionMs, kind: 'log-line', lane: client, summary: `noticed: ${reason}` });
  }
  const series = (name: string, unit: string, points: readonly (readonly [number, number])[]): void => {
    const onRunClock = points.map(([wall, value]) => [t.evidence.fromWall(wall), value] as const);
    if (points.length > 0) t.evidence.series({ name, lane: client, unit, points: onRunClock });
  };
  series(`${client}: updates seen`, 'update number', deliveries);
  series(
    `${client}: keepalives`,
    'count',
    keepalivesAt.map((at, index) => [at, index + 1]),
  );
  const measure = (name: string, value: number | undefined, unit: string): void => {
    if (value !== undefined)
      t.evidence.measure({ name: `${client} ${profile} ${path} ${name}`, value: Math.round(value), unit });
  };
  measure('connections opened', cell.connections, 'connections');
  measure('relists', cell.relists, 'lists');
  measure('sockets left, client', cell.sockets?.client, 'sockets');
  measure('sockets left, server', cell.sockets?.server, 'sockets');
  measure('detection', cell.detectionMs, 'ms');
  measure('recovery', cell.recoveryMs, 'ms');
  measure('slowest event', cell.events.made === 0 ? undefined : cell.events.slowestMs, 'ms');
  if (fate.kind === 'kept') measure('refreshes', fate.refreshes, 'packets');
}
