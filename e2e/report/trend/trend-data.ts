/** How verdicts and measures of a spec went over the last runs. */
import type { Verdict } from '../../harness/run/result-schema.ts';
import { subjectLabel } from '../report-data.ts';
import { type Outcome, outcomesOf, type RunRecord } from '../run-record.ts';
import { worst } from '../verdict-words.ts';

export interface MeasureTrend {
  readonly name: string;
  readonly unit: string;
  readonly bound?: number | undefined;
  /** One value per look, undefined where it was not measured. Several repetitions give their median. */
  readonly values: readonly (number | undefined)[];
}
/** One run that this row took part in. */
export interface Look {
  readonly run: string;
  readonly wall: string;
  readonly verdict: Verdict;
}
export interface TrendRow {
  readonly spec: string;
  readonly subject: string;
  readonly family: string;
  /** Oldest first. */
  readonly looks: readonly Look[];
  readonly measures: readonly MeasureTrend[];
}
export interface Trend {
  readonly runs: readonly RunRecord[];
  readonly rows: readonly TrendRow[];
}

/**
 * Each row has the last `last` runs that it took part in: a night of thirty matrix cells is one column of a row, not thirty.
 * Runs without a first line cannot be placed in time and are left out.
 */
export function trendOf(records: readonly RunRecord[], last: number): Trend {
  const runs = records.filter((run) => run.start !== undefined).toSorted((a, b) => wallOf(a).localeCompare(wallOf(b)));
  const groups = new Map<string, Outcome[]>();
  for (const outcome of runs.flatMap((run) => outcomesOf(run))) {
    const key = [outcome.spec.id, subjectLabel(outcome), outcome.family].join('\n');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [outcome]);
    else group.push(outcome);
  }
  const rows = [...groups].sort(([a], [b]) => a.localeCompare(b)).map(([, outcomes]) => rowOf(outcomes, last));
  return { runs, rows };
}

function rowOf(outcomes: readonly Outcome[], last: number): TrendRow {
  const [first] = outcomes;
  if (first === undefined) throw new Error('a row needs at least one outcome');
  const looks = [...new Set(outcomes.map((outcome) => outcome.run))].slice(-last).map((run) => {
    const here = outcomes.filter((outcome) => outcome.run === run);
    const verdict = worst(here.map((outcome) => outcome.verdict)) ?? 'not-run';
    return { run: run.name, wall: wallOf(run), verdict, measures: here.flatMap((o) => o.decisive?.measures ?? []) };
  });
  const latest = new Map(looks.flatMap((look) => look.measures).map((measure) => [measure.name, measure]));
  return {
    spec: first.spec.id,
    subject: subjectLabel(first),
    family: first.family,
    looks,
    measures: [...latest.values()].map(({ name, unit, bound }) => ({
      name,
      unit,
      bound,
      values: looks.map((look) => median(look.measures.filter((one) => one.name === name).map((one) => one.value))),
    })),
  };
}

function wallOf(run: RunRecord): string {
  return run.start?.wall ?? '';
}

function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)];
  const lower = sorted[Math.ceil(middle) - 1];
  return upper === undefined || lower === undefined ? undefined : (upper + lower) / 2;
}
