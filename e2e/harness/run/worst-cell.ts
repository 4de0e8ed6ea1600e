/**
 * A spec is as good as its worst cell: each subject's judgements are held against the known defects of that subject alone. Pure.
 */
import { matchDefect, type DefectMatch, type KnownDefect } from './match-defect.ts';
import type { AttemptLine, JudgementRecord, KnownCell, SubjectInfo } from './result-schema.ts';

export interface MatchedCell {
  readonly subject: string;
  readonly match: DefectMatch;
}

/** One cell a subject that was judged. A judgement that names no subject is about the first of the attempt. */
export function cellsOfAttempt(
  line: AttemptLine,
  defects: readonly KnownDefect[],
  at: { readonly family: string; readonly subjects: readonly SubjectInfo[] },
): readonly MatchedCell[] {
  const judged = new Set((line.judgements ?? []).map(({ of }) => of ?? line.subjects[0]));
  return [...judged].flatMap((name) => {
    if (name === undefined) return [];
    const judgements = (line.judgements ?? []).filter(({ of }) => (of ?? line.subjects[0]) === name);
    const subject = at.subjects.find((one) => one.name === name) ?? { name };
    return [
      { subject: name, match: matchDefect(defects, subject, { spec: line.spec.id, family: at.family, judgements }) },
    ];
  });
}

/** The line of a passed or failed attempt, seen beside the known defects; every other line as it was. */
export function withDefects(line: AttemptLine, cells: readonly MatchedCell[]): AttemptLine {
  if (line.verdict !== 'fail' && line.verdict !== 'pass') return line;
  const known = cells.flatMap(({ subject, match }): readonly KnownCell[] => {
    if (match.kind !== 'expected' && match.kind !== 'not-met') return [];
    return [{ of: subject, defect: defectOf(match.defect), met: match.kind === 'expected' }];
  });
  return worstOf(known.length === 0 ? line : { ...line, known }, cells);
}

function worstOf(line: AttemptLine, cells: readonly MatchedCell[]): AttemptLine {
  const many = cells.length > 1;
  const who = ({ subject }: MatchedCell): string => (many ? `${subject}: ` : '');
  const failed = (line.judgements ?? []).filter(({ ok }) => !ok);
  const isExcused = ({ of }: JudgementRecord): boolean =>
    cells.some(({ subject, match }) => subject === (of ?? line.subjects[0]) && match.kind === 'expected');
  // A failure that no judgement made (an assertion in the body), or of no subject, is nobody's known defect.
  if (line.verdict === 'fail' && (failed.length === 0 || !failed.every(isExcused))) {
    const told = cells.flatMap((cell) => ('told' in cell.match ? [`${who(cell)}${cell.match.told}`] : []));
    // The first failure is what the attempt ended with, and may be one that is known.
    const strangers = failed.filter((record) => !isExcused(record)).map(({ of }) => of ?? line.subjects[0] ?? '');
    if (strangers.length > 0 && strangers.length < failed.length)
      told.push(`not a known defect: the failure of ${[...new Set(strangers)].join(', ')}`);
    return told.length === 0 ? line : { ...line, reason: told.join('; ') };
  }
  const notMet = cells.flatMap((cell) =>
    cell.match.kind === 'not-met' ? [{ ...cell, defect: cell.match.defect }] : [],
  );
  if (notMet.length > 0)
    return {
      ...line,
      verdict: 'unexpected-pass',
      reason: notMet
        .map(
          (cell) =>
            `${who(cell)}known defect ${cell.defect.id} was not met; if it is fixed, end its range: ${cell.defect.reason}`,
        )
        .join('; '),
      defect: defectOf(notMet[0]?.defect),
    };
  if (line.verdict === 'pass') return line;
  const expected = cells.flatMap((cell) =>
    cell.match.kind === 'expected' ? [{ ...cell, defect: cell.match.defect }] : [],
  );
  if (line.undecided !== undefined && line.undecided.length > 0)
    return { ...line, verdict: 'inconclusive', reason: line.undecided.join('; ') };
  return {
    ...line,
    verdict: 'expected-fail',
    reason: expected.map((cell) => `${who(cell)}known defect ${cell.defect.id}: ${cell.defect.reason}`).join('; '),
    defect: defectOf(expected[0]?.defect),
  };
}

function defectOf(defect: KnownDefect | undefined): NonNullable<AttemptLine['defect']> {
  if (defect === undefined) throw new Error('a line is expected to fail by a defect, and there is none');
  const { id, reason, link, fixed } = defect;
  return { id, reason, link, ...(fixed === undefined ? {} : { fixed }) };
}
