/**
 * The rule: each mutant is caught by every spec meant for it, and as it is meant to show; every spec has been seen red and green; no
 * good subject is accused, and one that does nothing to judge gets no verdict. Pure.
 */
import type { KillCell, KillTable } from './kill-table.ts';

export interface KillJudgement {
  /** 0 the rule holds, 1 it is broken, 2 it cannot be told yet. */
  readonly exitCode: 0 | 1 | 2;
  readonly survived: readonly string[];
  readonly accused: readonly string[];
  readonly open: readonly string[];
  /** One sentence a problem; empty when the rule holds. */
  readonly problems: readonly string[];
}

/** `only`: names of the subjects that are asked about; all rows, and all specs, when it is left out. */
export function judgeKills(tables: readonly KillTable[], only?: readonly string[]): KillJudgement {
  const rows = tables.flatMap((table) => table.rows).filter(({ subject }) => only?.includes(subject) ?? true);
  const named = (status: string): string[] => rows.filter((row) => row.status === status).map((row) => row.subject);
  const [survived, accused, open] = [named('survived'), named('accused'), named('open')];
  const broken = rows.flatMap(({ subject, status, cells }) => {
    const missed = specsOf(cells, 'missed');
    const otherwise = cells.filter(({ outcome }) => outcome === 'other-reason');
    return [
      ...(missed === '' ? [] : [`${subject} survived: missed by ${missed}`]),
      ...otherwise.map(
        ({ spec, fact }) =>
          `${subject} survived: ${spec} failed for another reason (${fact?.failed?.join(', ') || `not recorded: ${fact?.reason ?? ''}`})`,
      ),
      ...(status === 'accused' ? [`${subject} is good and was accused by ${specsOf(cells, 'false-alarm')}`] : []),
    ];
  });
  const untold = rows.flatMap(({ subject, good, status, cells }) => {
    if (status === 'open') return [`${subject} was not judged: ${openReason(specsOf(cells, 'inconclusive'), cells)}`];
    const left = cells.filter(
      ({ meant, outcome }) => meant && ['inconclusive', 'not-run', 'skipped'].includes(outcome),
    );
    return good || left.length === 0
      ? []
      : [`${subject} was not judged by ${left.map(({ spec, outcome }) => `${spec} (${outcome})`).join(', ')}`];
  });
  const specs = only === undefined ? tables.map(oneWayOnly) : [];
  if (rows.length === 0) untold.push('no subject was asked about');
  const problems = [...broken, ...specs.flatMap((one) => one.broken), ...untold, ...specs.flatMap((one) => one.untold)];
  const isBroken = broken.length + specs.flatMap((one) => one.broken).length > 0;
  return { exitCode: isBroken ? 1 : problems.length > 0 ? 2 : 0, survived, accused, open, problems };
}

/** A spec that nobody has seen red may judge nothing; one that nobody has seen green may accuse everybody. */
function oneWayOnly({ rows, neverRed, neverGreen }: KillTable) {
  const outcomes = (spec: string) =>
    rows.flatMap(({ good, cells }) =>
      cells.filter((cell) => cell.spec === spec).map(({ outcome }) => ({ good, outcome })),
    );
  const isJudged = (spec: string): boolean =>
    outcomes(spec).some(({ outcome }) => ['passed', 'unaffected', 'missed', 'caught', 'also-caught'].includes(outcome));
  const isDue = (spec: string): boolean =>
    outcomes(spec).some(({ good, outcome }) => !good && ['not-run', 'inconclusive'].includes(outcome));
  const dull = neverRed.filter((spec) => isJudged(spec) && !isDue(spec));
  return {
    broken: dull.map((spec) => `${spec} was seen green only: no known-bad subject turns it red`),
    untold: [
      ...neverRed.filter((spec) => !dull.includes(spec)).map((spec) => `${spec} was never seen red`),
      ...neverGreen.map((spec) => `${spec} was never seen green`),
    ],
  };
}

function specsOf(cells: readonly KillCell[], outcome: string): string {
  return cells
    .filter((cell) => cell.outcome === outcome)
    .map(({ spec }) => spec)
    .join(', ');
}

function openReason(inconclusive: string, cells: readonly KillCell[]): string {
  if (inconclusive !== '') return `inconclusive in ${inconclusive}`;
  const told = cells.find(({ fact }) => (fact?.reason ?? '') !== '')?.fact;
  return told === undefined ? 'no spec ran' : `run ${told.run}: ${told.reason}`;
}
