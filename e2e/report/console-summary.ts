/** The end of a run on a terminal: a table, then why, then where to look, then the one line that scripts read. */
import { join } from 'node:path';
import { duration, oneLine } from './printable.ts';
import { elapsedOf, isNews, measuredOf, nameOf, type ReportData, subjectLabel, whyOf } from './report-data.ts';
import { NOT_REACHED, type Outcome } from './run-record.ts';
import { VERDICTS, WORST_FIRST } from './verdict-words.ts';

export interface SummaryLayout {
  /** Where artefact paths begin. */
  readonly folder?: string;
  /** Of the terminal; absent: lines may be as long as they are. */
  readonly columns?: number;
  /** Without what is as expected. */
  readonly quiet?: boolean;
}

/** A table on fewer columns would be cut to nothing: there each spec has its lines. */
const TABLE_FROM = 110;

/**
 * Plain text, no colours. The page to open comes first, before a long table carries it away. `files` are the report files to
 * point at. The last line is `N passed, N failed, N skipped`.
 */
export function consoleSummary(report: ReportData, files: readonly string[] = [], layout: SummaryLayout = {}): string {
  const { folder = '', columns = Infinity, quiet = false } = layout;
  const page = files.find((file) => file.endsWith('index.html'));
  const outcomes = quiet ? report.outcomes.filter(isNews) : report.outcomes;
  const telling = outcomes.filter((outcome) => !['', NOT_REACHED].includes(whyOf(outcome)));
  return [
    ...(page === undefined ? [] : [`report: ${page}`, '']),
    ...(quiet ? [] : [...(columns < TABLE_FROM ? list(outcomes, columns) : table(outcomes, columns)), '']),
    ...telling.flatMap((outcome) => explained(outcome, folder).flatMap((line) => folded(line, columns))),
    ...report.troubles.flatMap((trouble) => folded(`⚡ run: ${oneLine(trouble)}`, columns)),
    ...guardLines(report).flatMap((line) => folded(line, columns)),
    ...(files.length === 0 || quiet ? [] : ['reports:', ...files.map((file) => `  ${file}`)]),
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

function table(outcomes: readonly Outcome[], columns: number): readonly string[] {
  const rows = outcomes.map((outcome) => [
    `${VERDICTS[outcome.verdict].symbol} ${outcome.verdict}`,
    nameOf(outcome),
    `${subjectLabel(outcome)} · ${outcome.family}`,
    duration(elapsedOf(outcome)),
    measuredOf(outcome),
  ]);
  const head = ['verdict', 'spec', 'subject · family', 'time', 'measured'];
  const cells = [head, ...rows].map((row) => row.map((cell) => oneLine(cell, 70)));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells.map((row) =>
    cut(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
      columns,
    ),
  );
}

/** Two lines a spec: its name and time, then what was measured. */
function list(outcomes: readonly Outcome[], columns: number): readonly string[] {
  return outcomes.flatMap((outcome) => {
    const measured = oneLine(measuredOf(outcome));
    return [
      ...folded(
        `${VERDICTS[outcome.verdict].symbol} ${outcome.verdict} ${nameOf(outcome)} ${duration(elapsedOf(outcome))}`,
        columns,
      ),
      ...(measured === '' ? [] : folded(`    ${measured}`, columns)),
    ];
  });
}

function cut(line: string, columns: number): string {
  return line.length <= columns ? line : `${line.slice(0, columns - 1)}…`;
}

/** Breaks a line between words, and goes on below its first word; what has no room (an address, a path) stays whole. */
function folded(line: string, columns: number): readonly string[] {
  if (line.length <= columns) return [line];
  const indent = /^ */.exec(line)?.[0] ?? '';
  const lines: string[] = [];
  let current = indent;
  for (const word of line.trim().split(/ +/)) {
    if (current.trim() !== '' && current.length + 1 + word.length > columns) {
      lines.push(current);
      current = `${indent}  ${word}`;
    } else current = current.trim() === '' ? `${current}${word}` : `${current} ${word}`;
  }
  return [...lines, current];
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
