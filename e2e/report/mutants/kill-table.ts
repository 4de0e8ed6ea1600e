/** The kill table: mutant × spec, and what each row, each spec and the whole come to. Pure. */
import type { KillFact } from './kill-facts.ts';
import { killOutcome, type KillOutcome } from './kill-outcome.ts';

/** A subject as the table needs it. */
export interface TableSubject {
  readonly name: string;
  /** Specs that must catch it; empty for a good one. */
  readonly caughtBy: readonly string[];
  /** How they fail, each as `judgement: outcome`. */
  readonly caughtAs?: readonly string[];
  /** Specs that have to end as inconclusive on it, because it does nothing to judge. */
  readonly undecided?: readonly string[];
  /** The only family on which its defect can show. */
  readonly family?: string;
}

export interface KillCell {
  readonly spec: string;
  readonly outcome: KillOutcome;
  readonly meant: boolean;
  /** Undefined when no run tried. */
  readonly fact?: KillFact;
}

/** `withheld`: it does nothing to judge, and nobody judged it. */
export type KillStatus = 'killed' | 'survived' | 'clean' | 'accused' | 'withheld' | 'open';

export interface KillRow {
  readonly subject: string;
  readonly good: boolean;
  /** It does nothing to judge. */
  readonly inert: boolean;
  /** Those of its results; empty when nothing was tried. */
  readonly families: readonly string[];
  readonly status: KillStatus;
  readonly cells: readonly KillCell[];
}

export interface KillTable {
  readonly area: string;
  readonly specs: readonly string[];
  readonly rows: readonly KillRow[];
  /** Specs seen red, on a mutant or by a known defect, and seen green on a good subject. */
  readonly bothWays: readonly string[];
  readonly neverRed: readonly string[];
  readonly neverGreen: readonly string[];
}

const FAMILY_ORDER: readonly KillOutcome[] = [
  'false-alarm',
  'missed',
  'other-reason',
  'caught',
  'also-caught',
  'withheld',
  'passed',
  'unaffected',
  'inconclusive',
  'known-defect',
  'skipped',
  'not-run',
];

/** Rows are all mutants of the area, and the good subjects that were tried or are `expected` to be. */
export function killTable(
  area: string,
  specs: readonly string[],
  subjects: readonly TableSubject[],
  facts: readonly KillFact[],
  expected: readonly string[] = [],
): KillTable {
  const mine = facts.filter(({ spec }) => spec.startsWith(`${area}/`));
  const shown = subjects.filter(
    ({ name, caughtBy, undecided = [] }) =>
      caughtBy.length + undecided.length > 0 || expected.includes(name) || mine.some(({ subject }) => subject === name),
  );
  const rows = shown.map((subject) =>
    rowOf(
      subject,
      specs,
      mine.filter((fact) => fact.subject === subject.name),
    ),
  );
  const cellsOf = (spec: string, ...wanted: KillOutcome[]): boolean =>
    rows.some(({ cells }) => cells.some((cell) => cell.spec === spec && wanted.includes(cell.outcome)));
  const red = specs.filter((spec) => cellsOf(spec, 'caught', 'also-caught', 'known-defect'));
  const green = specs.filter((spec) => cellsOf(spec, 'passed'));
  return {
    area,
    specs,
    rows,
    bothWays: red.filter((spec) => green.includes(spec)),
    neverRed: specs.filter((spec) => !red.includes(spec)),
    neverGreen: specs.filter((spec) => !green.includes(spec)),
  };
}

function rowOf(subject: TableSubject, specs: readonly string[], facts: readonly KillFact[]): KillRow {
  const good = subject.caughtBy.length === 0;
  const inert = (subject.undecided ?? []).length > 0;
  const cells = specs.flatMap((spec): readonly KillCell[] => {
    const meant = subject.caughtBy.includes(spec) || subject.undecided?.includes(spec) === true;
    const told = facts.filter((fact) => fact.spec === spec).map((fact) => cellOf(fact, subject));
    const best = told.toSorted((a, b) => familyRank(a) - familyRank(b))[0];
    if (best !== undefined) return [best];
    return meant ? [{ spec, outcome: 'not-run', meant }] : [];
  });
  const families = [...new Set(facts.map(({ family }) => family))].sort();
  return { subject: subject.name, good, inert, families, status: statusOf(good, inert, cells), cells };
}

function cellOf(fact: KillFact, subject: TableSubject): KillCell {
  const { caughtBy, undecided = [], family } = subject;
  const role = { good: caughtBy.length === 0, undecided: undecided.includes(fact.spec) };
  const meant = caughtBy.includes(fact.spec) && (family === undefined || family === fact.family);
  return {
    spec: fact.spec,
    meant,
    fact,
    outcome: killOutcome(fact.verdicts, { ...role, meant, asMeant: isAsMeant(fact, subject) }),
  };
}

/** A failure by a judgement without declared words, or of before they were recorded, says nothing of the defect. */
function isAsMeant({ failed }: KillFact, { caughtAs }: TableSubject): boolean {
  if (caughtAs === undefined) return failed === undefined || failed.length > 0;
  return failed?.some((one) => caughtAs.includes(one)) === true && failed.every((one) => caughtAs.includes(one));
}

/** Several families in one cell: neither an accusation nor a miss hides behind another family's good result. */
function familyRank({ outcome }: KillCell): number {
  return FAMILY_ORDER.indexOf(outcome);
}

function statusOf(good: boolean, inert: boolean, cells: readonly KillCell[]): KillStatus {
  const has = (outcome: KillOutcome): boolean => cells.some((cell) => cell.outcome === outcome);
  if (inert) {
    if (has('false-alarm')) return 'accused';
    return has('missed') ? 'survived' : has('withheld') ? 'withheld' : 'open';
  }
  if (good) return has('false-alarm') ? 'accused' : has('passed') ? 'clean' : 'open';
  if (has('missed') || has('other-reason')) return 'survived';
  return has('caught') ? 'killed' : 'open';
}
