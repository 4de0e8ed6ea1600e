/** What every report is made from: one run, or several that are merged (shards, matrix cells). */
import type { SubjectInfo } from '../harness/run/result-schema.ts';
import { quantity } from './printable.ts';
import { type Outcome, outcomesOf, type RunRecord } from './run-record.ts';
import { type Counts, countVerdicts, VERDICTS } from './verdict-words.ts';

export interface ReportData {
  readonly title: string;
  readonly runs: readonly RunRecord[];
  readonly outcomes: readonly Outcome[];
  readonly counts: Counts;
  /** What a merge lacks to be a whole, one sentence each; such a report is never as expected. */
  readonly incomplete: readonly string[];
  /** One line each, with the run's name in front when there are several runs; what a merge lacks is among them. */
  readonly troubles: readonly string[];
}

/**
 * Merges runs. A spec that one shard selected and did not run is dropped when another shard ran it under the same
 * subject and family; two real results for the same spec both stay, so that a merge can hide nothing.
 */
export function reportOf(
  runs: readonly RunRecord[],
  title = runs.map((run) => run.name).join(', '),
  incomplete: readonly string[] = [],
): ReportData {
  const all = runs.flatMap((run) => outcomesOf(run));
  const ran = new Set(all.filter((outcome) => outcome.attempts.length > 0).map(placeOf));
  const outcomes = all.filter((outcome) => outcome.attempts.length > 0 || !ran.has(placeOf(outcome)));
  const label = (run: RunRecord): string => (runs.length > 1 ? `${run.name}: ` : '');
  return {
    title,
    runs,
    outcomes,
    counts: countVerdicts(outcomes.map((outcome) => outcome.verdict)),
    incomplete,
    troubles: [
      ...incomplete.map((problem) => `merge: ${problem}`),
      ...runs.flatMap((run) => run.troubles.map((trouble) => `${label(run)}${trouble}`)),
    ],
  };
}

function placeOf(outcome: Outcome): string {
  return [outcome.spec.id, outcome.family, ...outcome.subjects].join('\n');
}

/** `kube-proxy-nftables`, two joined by `+`, `client-go@0.37.2 and 12 more api-clients`; `-` when nothing is judged. */
export function subjectLabel(outcome: Outcome): string {
  const [first, ...others] = outcome.subjects;
  if (first === undefined) return '-';
  if (others.length < 2) return outcome.subjects.join(' + ');
  const known = outcome.run.start?.subjects ?? [];
  const kinds = new Set(
    known.filter((subject) => outcome.subjects.includes(subject.name)).map((subject) => subject.kind),
  );
  const [kind] = kinds;
  return `${first} and ${others.length} more ${kinds.size === 1 && kind !== undefined ? `${kind}s` : 'subjects'}`;
}

/** Id of the spec, and which repetition of it. */
export function nameOf({ repetition, spec }: Outcome): string {
  return repetition > 1 ? `${spec.id} #${repetition}` : spec.id;
}

/** What a reader has to see first: all that is not as it should be, and what was so only at another try. */
export function isNews({ verdict }: Outcome): boolean {
  return VERDICTS[verdict].standing === 'bad' || verdict === 'flaky';
}

/** Subjects of all runs by name, the first description of each wins. */
export function subjectsOf(report: ReportData): readonly SubjectInfo[] {
  const byName = new Map<string, SubjectInfo>();
  for (const run of report.runs)
    for (const subject of run.start?.subjects ?? []) if (!byName.has(subject.name)) byName.set(subject.name, subject);
  return [...byName.values()];
}

/** Wall time of an outcome over all its attempts, in milliseconds. */
export function elapsedOf(outcome: Outcome): number {
  return outcome.attempts.reduce((sum, attempt) => sum + attempt.endedAt - attempt.startedAt, 0);
}

/** What was measured: in the spec's own plain words, else its first measures with their bounds and how many more there are. */
export function measuredOf(outcome: Outcome, most = 3): string {
  const { inShort, measures = [] } = outcome.decisive ?? {};
  if (inShort !== undefined) return inShort;
  const texts = measures.slice(0, most).map(({ name, value, unit, bound }) => {
    const limit = bound === undefined ? '' : ` (bound ${quantity(bound, unit)})`;
    return `${name} ${quantity(value, unit)}${limit}`;
  });
  return [...texts, ...(measures.length > most ? [`${measures.length - most} more`] : [])].join(', ');
}

/** The one sentence that explains a verdict; empty for a plain pass. */
export function whyOf(outcome: Outcome): string {
  const { decisive, verdict } = outcome;
  const defect = decisive?.defect;
  if (verdict === 'expected-fail' && defect !== undefined) return `known defect ${defect.id}: ${defect.reason}`;
  if (verdict === 'unexpected-pass' && defect !== undefined)
    return `known defect ${defect.id} did not show: ${defect.reason}`;
  if (verdict === 'flaky') {
    const bad = outcome.attempts.filter((attempt) => !attempt.final);
    if (bad.length === 0) return outcome.reason ?? '';
    return `${bad.length} of ${outcome.attempts.length} attempts did not pass: ${bad[0]?.failure?.message ?? bad[0]?.reason ?? ''}`;
  }
  return decisive?.failure?.message ?? outcome.reason ?? '';
}

/** As a run's own: 1 when a verdict is fail or unexpected-pass, 2 when something could not be judged or is missing. */
export function exitCodeOfReport({ counts, outcomes, troubles }: ReportData): number {
  const isRefused = ({ run, verdict }: Outcome): boolean =>
    verdict === 'flaky' && run.start?.options['failOnFlaky'] === true;
  if (counts.fail + counts['unexpected-pass'] > 0 || outcomes.some(isRefused)) return 1;
  return counts.inconclusive + counts['infrastructure-error'] + counts['not-run'] + troubles.length > 0 ? 2 : 0;
}
