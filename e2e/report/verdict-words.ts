/** What each verdict means to readers of every report: one table, so that no two reports disagree. */
import type { Verdict } from '../harness/run/result-schema.ts';

/** `good` counts as passed, `bad` breaks the run, `neutral` is neither: JUnit calls it skipped. */
type Standing = 'good' | 'bad' | 'neutral';

export interface VerdictWords {
  readonly label: string;
  readonly symbol: string;
  readonly standing: Standing;
  /** How JUnit consumers must see it. */
  readonly junit: 'pass' | 'failure' | 'error' | 'skipped';
  /** Okabe-Ito colours: told apart by the colour-blind too, and never the only sign. */
  readonly color: string;
  readonly meaning: string;
}

export const VERDICTS: Readonly<Record<Verdict, VerdictWords>> = {
  fail: {
    label: 'FAIL',
    symbol: '✗',
    standing: 'bad',
    junit: 'failure',
    color: '#c2410c',
    meaning: 'the fault was proven and the subject broke its claim',
  },
  'unexpected-pass': {
    label: 'UNEXPECTED PASS',
    symbol: '!',
    standing: 'bad',
    junit: 'failure',
    color: '#b91c60',
    meaning: 'a known defect is listed, yet the claim held: correct the table or find out why',
  },
  'infrastructure-error': {
    label: 'INFRASTRUCTURE',
    symbol: '⚡',
    standing: 'bad',
    junit: 'error',
    color: '#7c3aed',
    meaning: 'the machine, the cluster or the harness broke; nothing is said about the subject',
  },
  inconclusive: {
    label: 'INCONCLUSIVE',
    symbol: '?',
    standing: 'bad',
    junit: 'error',
    color: '#a16207',
    meaning: 'the fault or the state could not be proven, so nothing was judged',
  },
  'not-run': {
    label: 'NOT RUN',
    symbol: '·',
    standing: 'bad',
    junit: 'skipped',
    color: '#525252',
    meaning: 'selected, but the run ended before it',
  },
  flaky: {
    label: 'FLAKY',
    symbol: '~',
    standing: 'good',
    junit: 'pass',
    color: '#b45309',
    meaning: 'passed after at least one attempt that did not',
  },
  'expected-fail': {
    label: 'EXPECTED FAIL',
    symbol: 'x',
    standing: 'neutral',
    junit: 'skipped',
    color: '#0369a1',
    meaning: 'failed as the table of known defects says',
  },
  skip: {
    label: 'SKIP',
    symbol: '-',
    standing: 'neutral',
    junit: 'skipped',
    color: '#64748b',
    meaning: 'does not apply here, by a probed fact',
  },
  pass: {
    label: 'PASS',
    symbol: '✓',
    standing: 'good',
    junit: 'pass',
    color: '#047857',
    meaning: 'the fault was proven and the claim held',
  },
};

/** Worst first: the order in which a reader wants to see them, and how several verdicts collapse into one. */
export const WORST_FIRST = Object.keys(VERDICTS) as readonly Verdict[];

/** The verdict that must not be hidden when several stand in one place. */
export function worst(verdicts: readonly Verdict[]): Verdict | undefined {
  return WORST_FIRST.find((verdict) => verdicts.includes(verdict));
}

export type Counts = Readonly<Record<Verdict, number>>;

export function countVerdicts(verdicts: readonly Verdict[]): Counts {
  const counts = Object.fromEntries(WORST_FIRST.map((verdict) => [verdict, 0])) as Record<Verdict, number>;
  for (const verdict of verdicts) counts[verdict] += 1;
  return counts;
}
