/** Markdown for a CI job's summary page: the verdicts first, then why, then the machine. */
import { verdictLine } from './console-summary.ts';
import { md, mdLink, mdTable } from './markdown.ts';
import { duration } from './printable.ts';
import { elapsedOf, measuredOf, type ReportData, subjectLabel, whyOf } from './report-data.ts';
import { VERDICTS } from './verdict-words.ts';

/** GitHub cuts a summary at 1 MiB; what is left out is counted. */
const MOST_ROWS = 500;

export function stepSummary(report: ReportData): string {
  const bad = report.troubles.length > 0 || report.outcomes.some(({ verdict }) => VERDICTS[verdict].standing === 'bad');
  const shown = report.outcomes.slice(0, MOST_ROWS);
  const rows = shown.map((outcome) => [
    `${VERDICTS[outcome.verdict].symbol} ${outcome.verdict}`,
    md(outcome.spec.id),
    md(subjectLabel(outcome)),
    md(outcome.family),
    duration(elapsedOf(outcome)),
    md(measuredOf(outcome)),
    md(whyOf(outcome), 300),
  ]);
  const hidden = report.outcomes.length - shown.length;
  return [
    `## ${bad ? '❌' : '✅'} staleproof: ${md(report.title)}`,
    md(verdictLine(report)),
    ...report.troubles.map((trouble) => `> ⚡ ${md(trouble, 500)}`),
    mdTable(['verdict', 'spec', 'subject', 'family', 'time', 'measured', 'why'], rows),
    ...(hidden > 0 ? [`${hidden} more outcomes stand in the full report.`] : []),
    references(report),
    factsTable(report),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
    .concat('\n');
}

function references(report: ReportData): string {
  const bad = report.outcomes.filter(({ verdict }) => VERDICTS[verdict].standing === 'bad');
  const refs = new Map(bad.flatMap((outcome) => outcome.spec.refs).map((ref) => [ref.url, ref]));
  return refs.size === 0 ? '' : `Background: ${[...refs.values()].map((ref) => mdLink(ref.title, ref.url)).join(', ')}`;
}

function factsTable(report: ReportData): string {
  const [run] = report.runs;
  if (run?.start === undefined) return '';
  const facts = { run: run.name, seed: String(run.start.seed), ...run.start.facts };
  const rows = Object.entries(facts).map(([name, value]) => [md(name), md(value)]);
  return `<details><summary>Machine and versions</summary>\n\n${mdTable(['fact', 'value'], rows)}\n\n</details>`;
}
