/** The known defects that a report's subjects showed: what a reader wants to know of a subject before all else. */
import type { Outcome } from './run-record.ts';

export interface MetDefect {
  readonly id: string;
  readonly reason: string;
  readonly link: string;
  /** The release that has it no more; absent: none is known. */
  readonly fixed?: string;
  /** Who showed it, in the order of the report. */
  readonly subjects: readonly string[];
  readonly outcomes: readonly Outcome[];
}

/** In the order of the report. A defect that a client showed beside a failure of another client counts as well. */
export function metDefects(outcomes: readonly Outcome[]): readonly MetDefect[] {
  const found = new Map<string, MetDefect>();
  for (const outcome of outcomes)
    for (const { of, defect } of cellsOf(outcome)) {
      const before = found.get(defect.id);
      found.set(defect.id, {
        ...defect,
        subjects: [...new Set([...(before?.subjects ?? []), ...of])],
        outcomes: [...new Set([...(before?.outcomes ?? []), outcome])],
      });
    }
  return [...found.values()];
}

interface Cell {
  readonly of: readonly string[];
  readonly defect: Pick<MetDefect, 'id' | 'reason' | 'link' | 'fixed'>;
}

function cellsOf({ decisive, verdict, subjects }: Outcome): readonly Cell[] {
  const known = (decisive?.known ?? []).filter(({ met }) => met).map(({ of, defect }) => ({ of: [of], defect }));
  if (known.length > 0) return known;
  // Runs of before cells were recorded name the defect of the attempt alone.
  return verdict === 'expected-fail' && decisive?.defect !== undefined
    ? [{ of: subjects, defect: decisive.defect }]
    : [];
}
