/** The end of a run on a terminal: a table, then why, then where to look, then the one line that scripts read. */
import { join } from 'node:path';
import { duration, oneLine, quantity } from './printable.ts';
import { elapsedOf, type ReportData, subjectLabel, whyOf } from './report-data.ts';
import { NOT_REACHED, type Outcome } from './run-record.ts';
import { VERDICTS, WORST_FIRST } from './verdict-words.ts';

/** Plain text, no colours. `files` are the report files to point at, `folder` is where artefact paths begin. The last line is `N passed, N failed, N skipped`. */
export function consoleSummary(report: ReportData, files: readonly string[] = [], folder = ''): string {
  const telling = report.outcomes.filter((outcome) => !['', NOT_REACHED].includes(whyOf(outcome)));
  return [
    ...table(report.outcomes),
    '',
    ...telling.flatMap((outcome) => explained(outcome, folder)),
    ...report.troubles.map((trouble) => `⚡ run: ${oneLine(trouble)}`),
    ...guardLines(report),
    ...(files.length === 0 ? [] : ['reports:', ...files.map((file) => `  ${file}`)]),
    verdictLine(report),
    tallyLine(report),
  ].join('\n');
}

/** `3 pass · 1 fail`: every verdict that occurred, by its own name. */
export function verdictLine(report: ReportData): string {
  const parts = WORST_FIRST.filter((verdict) => report.counts[verdict] > 0).map(
    (verdict) => `${report.counts[verdict]} ${verdict}`,
  );
  return `verdicts: ${parts.length === 0 ? 'none, nothing ran' : parts.join(' · ')}`;
}

/** Three numbers that add up to all outcomes and broken runs: expected failures count as skipped, flaky ones as passed. */
function tallyLine(report: ReportData): string {
  const standing = (wanted: string): number =>
    report.outcomes.filter((outcome) => VERDICTS[outcome.verdict].standing === wanted).length;
  const brokenRuns = report.runs.filter((run) => run.troubles.length > 0).length + report.incomplete.length;
  return `${standing('good')} passed, ${standing('bad') + brokenRuns} failed, ${standing('neutral')} skipped`;
}

function table(outcomes: readonly Outcome[]): readonly string[] {
  const rows = outcomes.map((outcome) => [
    `${VERDICTS[outcome.verdict].symbol} ${outcome.verdict}`,
    outcome.repetition > 1 ? `${outcome.spec.id} #${outcome.repetition}` : outcome.spec.id,
    `${subjectLabel(outcome)} · ${outcome.family}`,
    duration(elapsedOf(outcome)),
    measuredOf(outcome),
  ]);
  const head = ['verdict', 'spec', 'subject · family', 'time', 'measured'];
  const cells = [head, ...rows].map((row) => row.map((cell) => oneLine(cell, 70)));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
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

function explained(outcome: Outcome, folder: string): readonly string[] {
  const { symbol, label } = VERDICTS[outcome.verdict];
  const place = `${outcome.spec.id} on ${subjectLabel(outcome)} (${outcome.family})`;
  const failure = outcome.decisive?.failure;
  const detail = (name: string, text: string | undefined): readonly string[] =>
    text === undefined ? [] : [`    ${name.padEnd(9)} ${oneLine(text)}`];
  const parts = [
    ...detail('expected', failure?.expected),
    ...detail('observed', failure?.observed),
    ...(failure?.causes ?? []).flatMap((cause) => detail('cause', cause)),
    ...(outcome.decisive?.cleanupErrors ?? []).flatMap((error) => detail('clean-up', error)),
    ...(outcome.decisive?.defect === undefined ? [] : detail('link', outcome.decisive.defect.link)),
    ...(VERDICTS[outcome.verdict].standing === 'bad' ? detail('look at', artifactsOf(outcome, folder)) : []),
  ];
  return [`${symbol} ${label} ${place}`, `    ${oneLine(whyOf(outcome))}`, ...parts, ''];
}

function artifactsOf(outcome: Outcome, folder: string): string | undefined {
  const attempt = outcome.decisive ?? outcome.attempts.at(-1);
  return attempt === undefined
    ? undefined
    : // eslint-disable-next-line no-restricted-syntax -- is printed, never opened
      join(folder, outcome.run.base, attempt.failure?.artifact ?? attempt.artifacts);
}

function guardLines(report: ReportData): readonly string[] {
  return report.runs.flatMap((run) =>
    Object.entries(run.end?.guard ?? {})
      .filter(([, packets]) => packets > 0)
      .map(([rule, packets]) => `leak guard: ${packets} packets of clusters here kept on this machine (${rule})`),
  );
}
