/** How verdicts and measures of a spec went over the last runs. */
import type { Verdict } from '../../harness/run/result-schema.ts';
import { subjectLabel } from '../report-data.ts';
import { outcomesOf, type RunRecord } from '../run-record.ts';
import { worst } from '../verdict-words.ts';

export interface MeasureTrend {
  readonly name: string;
  readonly unit: string;
  readonly bound?: number | undefined;
  /** One value per run, undefined where the run has none. Several repetitions give their median. */
  readonly values: readonly (number | undefined)[];
}
export interface TrendRow {
  readonly spec: string;
  readonly subject: string;
  readonly family: string;
  readonly verdicts: readonly (Verdict | undefined)[];
  readonly measures: readonly MeasureTrend[];
}
export interface Trend {
  /** Oldest first. */
  readonly runs: readonly RunRecord[];
  readonly rows: readonly TrendRow[];
}

/** The last `last` runs by their start, oldest first; runs without a first line cannot be placed in time and are left out. */
export function trendOf(records: readonly RunRecord[], last: number): Trend {
  const runs = records
    .filter((run) => run.start !== undefined)
    .toSorted((a, b) => (a.start?.wall ?? '').localeCompare(b.start?.wall ?? ''))
    .slice(-last);
  const byRun = runs.map((run) => outcomesOf(run));
  const rows = new Map<string, Pick<TrendRow, 'spec' | 'subject' | 'family'>>();
  for (const outcome of byRun.flat()) {
    const row = { spec: outcome.spec.id, subject: subjectLabel(outcome), family: outcome.family };
    rows.set(Object.values(row).join('\n'), row);
  }
  return {
    runs,
    rows: [...rows.entries()]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([, row]) => {
        const here = byRun.map((outcomes) =>
          outcomes.filter(
            (outcome) =>
              outcome.spec.id === row.spec && subjectLabel(outcome) === row.subject && outcome.family === row.family,
          ),
        );
        const measures = here.map((outcomes) => outcomes.flatMap((outcome) => outcome.decisive?.measures ?? []));
        const latest = new Map(measures.flat().map((measure) => [measure.name, measure]));
        return {
          ...row,
          verdicts: here.map((outcomes) => worst(outcomes.map((outcome) => outcome.verdict))),
          measures: [...latest.values()].map(({ name, unit, bound }) => ({
            name,
            unit,
            bound,
            values: measures.map((ofRun) =>
              median(ofRun.filter((measure) => measure.name === name).map((m) => m.value)),
            ),
          })),
        };
      }),
  };
}

function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)];
  const lower = sorted[Math.ceil(middle) - 1];
  return upper === undefined || lower === undefined ? undefined : (upper + lower) / 2;
}
