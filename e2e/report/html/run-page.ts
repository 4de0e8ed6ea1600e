/** The page of a run, or of several that were merged: the verdict first, then why, then everything else. */
import { readFile } from 'node:fs/promises';
import { html } from 'hono/html';
import type { AttemptLine } from '../../harness/run/result-schema.ts';
import { duration, oneLine, printable } from '../printable.ts';
import { type ReportData, subjectsOf } from '../report-data.ts';
import { shellQuoted } from '../shell-quote.ts';
import { VERDICTS, WORST_FIRST } from '../verdict-words.ts';
import { anchorsOf } from './anchors.ts';
import { badge } from './badge.ts';
import { documentHtml, type Html } from './document.ts';
import { headSection } from './head-section.ts';
import { outcomeSection, type Picture } from './outcome-section.ts';
import { overview } from './overview.ts';

export async function runPage(report: ReportData, pictures: ReadonlyMap<AttemptLine, Picture>): Promise<string> {
  const anchors = anchorsOf(report.outcomes);
  const worstFirst = report.outcomes.toSorted(
    (a, b) => WORST_FIRST.indexOf(a.verdict) - WORST_FIRST.indexOf(b.verdict),
  );
  const body = html`<a class="skip" href="#all">To the table of all specs</a>
    <header>
      ${banner(report)} ${report.troubles.map((trouble) => html`<div class="trouble">⚡ ${printable(trouble)}</div>`)}
    </header>
    <main>
      ${headSection(report, anchors)} ${overview(report.outcomes, anchors)}
      <h2>Specs, worst first</h2>
      ${worstFirst.map((outcome) => outcomeSection({ outcome, anchor: anchors.get(outcome) ?? '', pictures }))}
      ${machine(report)} ${notes(report)} ${legend()}
    </main>`;
  return documentHtml(`staleproof ${oneLine(report.title, 80)}`, body, await pageScript());
}

async function pageScript(): Promise<string> {
  return readFile(new URL('./page.mjs', import.meta.url), 'utf8');
}

function banner(report: ReportData): Html {
  const bad = report.outcomes.filter(({ verdict }) => VERDICTS[verdict].standing === 'bad').length;
  const sentence =
    report.outcomes.length === 0
      ? 'Nothing ran: there is no verdict'
      : bad === 0
        ? report.troubles.length === 0
          ? `All ${report.outcomes.length} verdicts are as expected`
          : 'The verdicts are as expected, but the run itself is not sound'
        : `${bad} of ${report.outcomes.length} verdicts are not as they should be`;
  const sound = bad === 0 && report.troubles.length === 0 && report.outcomes.length > 0;
  return html`<div class="banner" style="border-color:${sound ? VERDICTS.pass.color : VERDICTS.fail.color}">
    <h1>${sentence}</h1>
    <p class="chips">
      ${WORST_FIRST.filter((verdict) => report.counts[verdict] > 0).map(
        (verdict) => html`<span>${badge({ verdict })} ${report.counts[verdict]}</span>`,
      )}
    </p>
    ${report.runs.map(
      (run) =>
        html`<p class="faint">
          run
          ${run.name}${run.start === undefined ? '' : html`, ${run.start.wall}, <code>npm run e2e -- ${printable(shellQuoted(run.start.argv))}</code>, seed ${run.start.seed}`}
        </p>`,
    )}
  </div>`;
}

function machine(report: ReportData): Html {
  const facts = report.runs.flatMap((run) => [
    ...Object.entries(run.start?.facts ?? {}),
    ...Object.entries(run.end?.guard ?? {}).map(([rule, packets]) => [
      `leak guard, ${rule}`,
      `${packets} packets of clusters here kept on this machine`,
    ]),
  ]);
  const distinct = [...new Map(facts.map((fact) => [fact.join('\n'), fact])).values()];
  return html`<h2>Judged subjects, machine and versions</h2>
    <table>
      ${subjectsOf(report).map(
        (subject) =>
          html`<tr>
            <th scope="row">${subject.kind}: ${subject.name}</th>
            <td>
              ${Object.entries(subject.versions).map(([part, version]) => html`${part} ${version}<br />`)}
              ${subject.remarks.map((remark) => html`<div>⚠ ${printable(remark)}</div>`)}
            </td>
          </tr>`,
      )}
      ${distinct.map(
        ([name, value]) =>
          html`<tr>
            <th scope="row">${printable(name ?? '')}</th>
            <td>${printable(value ?? '')}</td>
          </tr>`,
      )}
    </table>`;
}

function notes(report: ReportData): Html {
  const lines = report.runs.flatMap((run) => run.notes.filter((note) => note.level !== 'infrastructure-error'));
  if (lines.length === 0) return html``;
  return html`<h2>Notes of the run</h2>
    <ul>
      ${lines.map((note) => html`<li>${duration(note.at)}: ${note.level}: ${printable(note.summary)}</li>`)}
    </ul>`;
}

function legend(): Html {
  return html`<h2>What the verdicts mean</h2>
    <table>
      ${WORST_FIRST.map(
        (verdict) =>
          html`<tr>
            <td class="tight">${badge({ verdict })}</td>
            <td>${VERDICTS[verdict].meaning}</td>
          </tr>`,
      )}
    </table>`;
}
