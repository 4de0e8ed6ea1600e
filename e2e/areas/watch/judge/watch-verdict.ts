/** From cells to a verdict: every cell becomes evidence and numbers; the spec fails when a client fails that is not known to. */
import type { FaultProfile } from '../faults/profile.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import type { Json } from '../../../harness/run/result-schema.ts';
import { findDefect, loadKnownDefects, type LooseDefect } from '../../../harness/run/known-defects.ts';
import type { CellResult } from '../evidence/watch-cell.ts';
import type { LaneOutcome } from '../evidence/watch-lane-outcome.ts';

export type CellVerdict = CellResult['verdict'] | 'expected-fail' | 'unexpected-pass';

export interface DecidedCell {
  readonly cell: CellResult;
  readonly verdict: CellVerdict;
  readonly known?: LooseDefect;
}

/** A cell that fails as its client is known to is expected; one that passes all the same is told, not failed. Pure. */
export function decideCell(cell: CellResult, known: LooseDefect | undefined): DecidedCell {
  if (known === undefined || cell.verdict === 'inconclusive') return { cell, verdict: cell.verdict };
  return { cell, known, verdict: cell.verdict === 'fail' ? 'expected-fail' : 'unexpected-pass' };
}

export interface JudgedLane {
  /** Id of the spec, for the table of known defects. */
  readonly spec: string;
  readonly profile: FaultProfile;
  readonly outcome: LaneOutcome;
}

/** Records every cell and ends the spec: fail before inconclusive, pass only when a cell passed or failed as known. */
export async function judgeLane(t: SpecContext, { spec, profile, outcome }: JudgedLane): Promise<void> {
  const defects = await loadKnownDefects();
  const decided = outcome.cells.map((cell) =>
    decideCell(cell, findDefect(defects, { subjects: [cell.client], family: outcome.family, spec })),
  );
  for (const one of decided) recordCell(t, one);
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
  const artifact = outcome.captures[0];
  const of = (...verdicts: CellVerdict[]): readonly DecidedCell[] =>
    decided.filter(({ verdict }) => verdicts.includes(verdict));
  const list = (cells: readonly DecidedCell[]): string =>
    cells.map(({ cell }) => `${cell.client}: ${cell.reason}`).join(' | ');
  const failed = of('fail');
  const unproven = of('inconclusive');
  // A proven failure counts even when another client's cell stays open; a pass needs every cell decided.
  await t.evidence.require({
    name: `captures on both sides of ${profile.name} show what became of each connection`,
    prove: () =>
      Promise.resolve(
        failed.length > 0 || unproven.length === 0
          ? {
              proven: true,
              value: undefined,
              summary: `${decided.length - unproven.length} of ${decided.length} decided`,
            }
          : { proven: false, reason: `${unproven.length} of ${decided.length} clients: ${list(unproven)}` },
      ),
  });
  const counts = (['pass', 'expected-fail', 'unexpected-pass', 'inconclusive'] as const)
    .map((verdict) => ({ verdict, count: of(verdict).length }))
    .filter(({ count }) => count > 0)
    .map(({ verdict, count }) => `${count} ${verdict}`);
  t.judge({
    ok: failed.length === 0,
    subject:
      failed.length === 0
        ? `${decided.length} clients through ${profile.name}`
        : failed.map(({ cell }) => cell.client).join(', '),
    expected: `each connection through ${profile.name} to survive, or its loss to be noticed within ${profile.noticeWithinSeconds} s and every update to be seen`,
    observed: failed.length === 0 ? counts.join(', ') : list(failed),
    ...(artifact === undefined ? {} : { artifact }),
  });
}

function recordCell(t: SpecContext, { cell, verdict, known }: DecidedCell): void {
  const { deliveries, keepalivesAt, ...told } = cell;
  const { client, profile, path, reason, fate } = told;
  const at = fate.kind === 'lost' ? t.evidence.fromWall(fate.at) : t.evidence.now();
  const data = { ...told, verdict, ...(known === undefined ? {} : { known: known.reason, link: known.link }) };
  t.evidence.record({
    at,
    kind: 'watch-cell',
    lane: client,
    summary: `${verdict}: ${reason}${known === undefined ? '' : ` (known: ${known.reason}, ${known.link})`}`,
    data: JSON.parse(JSON.stringify(data)) as Json,
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
