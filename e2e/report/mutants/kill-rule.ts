/**
 * The rule: each mutant is caught by at least one spec meant for it, no good subject is accused, and one that does nothing to
 * judge gets no verdict. Pure.
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

/** `only`: names of the subjects that are asked about; all rows when it is left out. */
export function judgeKills(tables: readonly KillTable[], only?: readonly string[]): KillJudgement {
  const rows = tables.flatMap((table) => table.rows).filter(({ subject }) => only?.includes(subject) ?? true);
  const named = (status: string): string[] => rows.filter((row) => row.status === status).map((row) => row.subject);
  const [survived, accused, open] = [named('survived'), named('accused'), named('open')];
  const problems = rows.flatMap(({ subject, status, cells }) => {
    const specs = (outcome: string): string =>
      cells
        .filter((cell) => cell.outcome === outcome)
        .map(({ spec }) => spec)
        .join(', ');
    if (status === 'survived') return [`${subject} survived: missed by ${specs('missed')}`];
    if (status === 'accused') return [`${subject} is good and was accused by ${specs('false-alarm')}`];
    if (status === 'open') return [`${subject} was not judged: ${openReason(specs('inconclusive'), cells)}`];
    return [];
  });
  if (rows.length === 0) problems.push('no subject was asked about');
  const broken = survived.length + accused.length > 0;
  return { exitCode: broken ? 1 : problems.length > 0 ? 2 : 0, survived, accused, open, problems };
}

function openReason(inconclusive: string, cells: readonly KillCell[]): string {
  if (inconclusive !== '') return `inconclusive in ${inconclusive}`;
  const told = cells.find(({ fact }) => (fact?.reason ?? '') !== '')?.fact;
  return told === undefined ? 'no spec ran' : `run ${told.run}: ${told.reason}`;
}
