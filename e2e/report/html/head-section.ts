/** The head of a page: what the subject does not do, then what surprised, then how many are as they should be. */
import { html } from 'hono/html';
import { metDefects, type MetDefect } from '../met-defects.ts';
import { oneLine, printable } from '../printable.ts';
import { isNews, measuredOf, nameOf, type ReportData, subjectLabel, whyOf } from '../report-data.ts';
import type { Outcome } from '../run-record.ts';
import { VERDICTS, WORST_FIRST } from '../verdict-words.ts';
import type { Anchors } from './anchors.ts';
import { badge } from './badge.ts';
import { citedLink, type Html } from './document.ts';

/** So many links stand beside a defect; the table has them all. */
const MOST_LINKS = 4;

export function headSection(report: ReportData, anchors: Anchors): Html {
  const failed = report.outcomes.filter(({ verdict }) => verdict === 'fail');
  const defects = metDefects(report.outcomes);
  const surprises = surprisesOf(report.outcomes);
  return html`${
    failed.length + defects.length === 0
      ? ''
      : html`<section aria-labelledby="not-done">
          <h2 id="not-done">What ${judgedBy(failed, defects)} does not do</h2>
          <ul class="cards">
            ${failed.map((outcome) => failure(outcome, anchors))} ${defects.map((defect) => known(defect, anchors))}
          </ul>
        </section>`
  }
  ${
    surprises.length === 0
      ? ''
      : html`<section aria-labelledby="surprises">
          <h2 id="surprises">What surprised</h2>
          <ul class="cards">
            ${surprises.map((alike) => surprise(alike, anchors))}
          </ul>
        </section>`
  }
  ${rest(report)}`;
}

function judgedBy(failed: readonly Outcome[], defects: readonly MetDefect[]): string {
  const labels = new Set([...failed.map(subjectLabel), ...defects.flatMap(({ subjects }) => subjects)]);
  const [only] = labels;
  return labels.size === 1 && only !== undefined ? only : 'each subject';
}

/** Neither good nor a failure, worst first; what has one verdict for one reason is told once. */
function surprisesOf(outcomes: readonly Outcome[]): readonly (readonly Outcome[])[] {
  const found = outcomes.filter((outcome) => outcome.verdict !== 'fail' && isNews(outcome));
  const alike = new Map<string, Outcome[]>();
  for (const outcome of found.toSorted((a, b) => WORST_FIRST.indexOf(a.verdict) - WORST_FIRST.indexOf(b.verdict))) {
    const key = `${outcome.verdict}\n${whyOf(outcome)}`;
    const before = alike.get(key);
    if (before === undefined) alike.set(key, [outcome]);
    else before.push(outcome);
  }
  return [...alike.values()];
}

function failure(outcome: Outcome, anchors: Anchors): Html {
  const { failure: record } = outcome.decisive ?? {};
  return html`<li class="card bad">
    ${badge(outcome)} ${linkTo(outcome, anchors)} <span class="faint">${where(outcome)}</span>
    <div>${oneLine(record?.observed ?? whyOf(outcome), 400)}</div>
    ${record?.expected === undefined ? '' : html`<div class="faint">expected: ${oneLine(record.expected, 300)}</div>`}
    ${measured(outcome)}
  </li>`;
}

function known(defect: MetDefect, anchors: Anchors): Html {
  const { outcomes, subjects } = defect;
  const more = outcomes.length - MOST_LINKS;
  return html`<li class="card known">
    <b>${defect.id}</b> <span class="faint">${subjectsText(subjects)}</span>
    <div>${printable(defect.reason)}</div>
    ${outcomes
      .slice(0, MOST_LINKS)
      .map(
        (outcome) =>
          html`<div>
            seen in ${linkTo(outcome, anchors)} <span class="faint">${outcome.family}</span> ${measured(outcome)}
          </div>`,
      )}
    ${more > 0 ? html`<div class="faint">and in ${more} more</div>` : ''}
    <div class="faint">
      fixed in: ${defect.fixed ?? 'no release that is known here'} · reported: ${citedLink(defect.link)}
    </div>
  </li>`;
}

function subjectsText(subjects: readonly string[]): string {
  return subjects.length <= 3
    ? subjects.join(', ')
    : `${subjects.slice(0, 2).join(', ')} and ${subjects.length - 2} more`;
}

function surprise(alike: readonly Outcome[], anchors: Anchors): Html {
  const [first] = alike;
  if (first === undefined) return html``;
  const shown = alike.slice(0, MOST_LINKS);
  return html`<li class="card">
    ${badge(first)} ${alike.length === 1 ? '' : `${alike.length} specs: `}
    ${shown.map((outcome) => html`${linkTo(outcome, anchors)} <span class="faint">${where(outcome)}</span> `)}
    ${alike.length > shown.length ? html`<span class="faint">and ${alike.length - shown.length} more</span>` : ''}
    <div>${oneLine(whyOf(first), 300) || VERDICTS[first.verdict].meaning}</div>
  </li>`;
}

function rest(report: ReportData): Html {
  const parts = (['pass', 'skip'] as const).flatMap((verdict) =>
    report.counts[verdict] === 0 ? [] : [html`${badge({ verdict })} ${report.counts[verdict]} `],
  );
  return parts.length === 0 ? html`` : html`<p><b>The rest is as it should be:</b> ${parts}</p>`;
}

function measured(outcome: Outcome): Html {
  const text = measuredOf(outcome);
  return text === '' ? html`` : html`<span class="measured">${printable(text)}</span>`;
}

function where(outcome: Outcome): string {
  return `${subjectLabel(outcome)} · ${outcome.family}`;
}

function linkTo(outcome: Outcome, anchors: Anchors): Html {
  return html`<a href="#${anchors.get(outcome) ?? ''}">${nameOf(outcome)}</a>`;
}
