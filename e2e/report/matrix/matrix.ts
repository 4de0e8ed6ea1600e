/** Spec × subject × family: which claims hold where, and whether a failure is one subject's or everybody's. */
import type { Verdict } from '../../harness/run/result-schema.ts';
import { type ReportData, subjectLabel } from '../report-data.ts';
import type { Outcome } from '../run-record.ts';
import { worst } from '../verdict-words.ts';

interface Column {
  readonly subject: string;
  readonly family: string;
}
export interface Cell extends Column {
  readonly verdict: Verdict;
  readonly outcomes: readonly Outcome[];
}
interface MatrixRow {
  readonly spec: string;
  /** In the order of the columns; undefined where no run tried. */
  readonly cells: readonly (Cell | undefined)[];
  /** One phrase that says what the row means. */
  readonly reading: string;
}
export interface Matrix {
  readonly columns: readonly Column[];
  readonly rows: readonly MatrixRow[];
}

const FAILS: readonly Verdict[] = ['fail', 'expected-fail'];
const HOLDS: readonly Verdict[] = ['pass', 'flaky', 'unexpected-pass'];

/** Several outcomes in one cell (repetitions, two runs) show the worst. */
export function matrixOf(report: ReportData): Matrix {
  const columns = distinctColumns(report.outcomes);
  const specs = [...new Set(report.outcomes.map((outcome) => outcome.spec.id))];
  const rows = specs.map((spec) => {
    const outcomes = report.outcomes.filter((outcome) => outcome.spec.id === spec);
    const cells = columns.map((column) => cellOf(column, outcomes));
    return { spec, cells, reading: readingOf(cells.filter((cell) => cell !== undefined)) };
  });
  return { columns, rows };
}

function distinctColumns(outcomes: readonly Outcome[]): readonly Column[] {
  const columns = outcomes.map((outcome) => ({ subject: subjectLabel(outcome), family: outcome.family }));
  const distinct = new Map(columns.map((column) => [`${column.subject}\n${column.family}`, column]));
  return [...distinct.values()].sort((a, b) => a.subject.localeCompare(b.subject) || a.family.localeCompare(b.family));
}

function cellOf(column: Column, outcomes: readonly Outcome[]): Cell | undefined {
  const here = outcomes.filter(
    (outcome) => subjectLabel(outcome) === column.subject && outcome.family === column.family,
  );
  const verdict = worst(here.map((outcome) => outcome.verdict));
  return verdict === undefined ? undefined : { ...column, verdict, outcomes: here };
}

/** Only cells that judged count for "all": a skip says nothing about a subject. */
function readingOf(cells: readonly Cell[]): string {
  const judged = cells.filter((cell) => FAILS.includes(cell.verdict) || HOLDS.includes(cell.verdict));
  const failing = judged.filter((cell) => FAILS.includes(cell.verdict));
  const open = cells.filter((cell) => !judged.includes(cell) && cell.verdict !== 'skip');
  const rest = open.length === 0 ? '' : `; not judged on ${open.map(nameOf).join(', ')}`;
  if (judged.length === 0) return open.length === 0 ? 'does not apply' : `not judged anywhere`;
  if (failing.length === 0) return `holds on ${judged.length === 1 ? 'the only one' : `all ${judged.length}`}${rest}`;
  if (failing.length === judged.length)
    return `fails on ${judged.length === 1 ? 'the only one' : `all ${judged.length}`}${rest}`;
  return `fails on ${grouped(failing, judged)}${rest}`;
}

/** `kube-proxy-nftables` when it fails on each of its families, `ipv6` when each subject fails there, else the cells. */
function grouped(failing: readonly Cell[], judged: readonly Cell[]): string {
  for (const key of ['subject', 'family'] as const) {
    const values = [...new Set(failing.map((cell) => cell[key]))];
    const [value = ''] = values;
    const there = judged.filter((cell) => cell[key] === value);
    if (values.length === 1 && there.length > 1 && there.length === failing.length) return `${value} only`;
  }
  return failing.length === 1
    ? `one: ${failing.map(nameOf).join()}`
    : `${failing.length}: ${failing.map(nameOf).join(', ')}`;
}

function nameOf(cell: Cell): string {
  return cell.family === '-' ? cell.subject : `${cell.subject} ${cell.family}`;
}
