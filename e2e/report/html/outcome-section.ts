/** One spec on the page: verdict, claim, why, timeline, then everything that backs it. */
import { html, raw } from 'hono/html';
import type { AttemptLine, FailureRecord } from '../../harness/run/result-schema.ts';
import { duration, printable } from '../printable.ts';
import { elapsedOf, isNews, nameOf, subjectLabel, whyOf } from '../report-data.ts';
import type { Outcome } from '../run-record.ts';
import { shellQuoted } from '../shell-quote.ts';
import { VERDICTS } from '../verdict-words.ts';
import { badge } from './badge.ts';
import { fileAddress, fileLink, type Html, webLink } from './document.ts';
import { evidenceTable, fileList, measureTable, stepTable } from './evidence-section.ts';
import { filterData } from './filter-data.ts';

/** A drawn timeline, either to be inlined or, when the page would grow too big, a file to point at. */
export type Picture = { readonly svg: string } | { readonly file: string };

export interface SectionInput {
  readonly outcome: Outcome;
  readonly anchor: string;
  readonly pictures: ReadonlyMap<AttemptLine, Picture>;
}

export function outcomeSection({ outcome, anchor, pictures }: SectionInput): Html {
  const decisive = outcome.decisive ?? outcome.attempts.at(-1);
  const earlier = outcome.attempts.filter((attempt) => attempt !== decisive);
  return html`<details class="outcome" id="${anchor}" ${filterData(outcome)} ${raw(isNews(outcome) ? 'open' : '')}>
    <summary>
      ${badge(outcome)} ${nameOf(outcome)}
      <span class="faint">${subjectLabel(outcome)} · ${outcome.family} · ${duration(elapsedOf(outcome))}</span>
    </summary>
    <p class="faint"><a href="#${anchor}">link to this spec</a>, which the next run’s page has too</p>
    <p>${outcome.spec.claim} ${outcome.spec.refs.map((ref) => html`<span>[${webLink(ref.title, ref.url)}]</span> `)}</p>
    ${why(outcome, decisive)}
    ${decisive === undefined ? '' : attemptBody(decisive, outcome.run.base, pictures.get(decisive))}
    ${earlier.map((attempt) => earlierAttempt(attempt, outcome, pictures.get(attempt)))} ${again(outcome)}
  </details>`;
}

function why(outcome: Outcome, attempt: AttemptLine | undefined): Html {
  const text = printable(whyOf(outcome));
  const { color, meaning } = VERDICTS[outcome.verdict];
  if (text === '' && outcome.verdict === 'pass') return html``;
  const defect = attempt?.defect;
  return html`<div class="why" style="border-color:${color}">
    ${attempt?.failure?.observed === undefined && text !== '' ? html`<b>${text}</b>` : ''}
    <div class="faint">${VERDICTS[outcome.verdict].label.toLowerCase()}: ${meaning}</div>
    <dl>
      ${attempt?.failure === undefined ? '' : failureParts(attempt.failure, outcome.run.base)}
      ${
        defect === undefined
          ? ''
          : html`<dt>known defect</dt>
              <dd>
                ${defect.id},
                ${webLink(defect.link, defect.link)}${defect.since === undefined ? '' : `, since ${defect.since}`}
              </dd>`
      }
      ${
        attempt?.leaked === true
          ? html`<dt>leaked</dt>
              <dd>the body did not stop when it was told to</dd>`
          : ''
      }
      ${(attempt?.cleanupErrors ?? []).map(
        (error) =>
          html`<dt>clean-up</dt>
            <dd>${printable(error)}</dd>`,
      )}
    </dl>
  </div>`;
}

function failureParts(failure: FailureRecord, base: string): Html {
  const part = (name: string, value: string | Html | undefined): Html =>
    value === undefined
      ? html``
      : html`<dt>${name}</dt>
          <dd>${value}</dd>`;
  const text = (value: string | undefined): string | undefined => (value === undefined ? undefined : printable(value));
  return html`${part('subject', text(failure.subject))}${part('expected', text(failure.expected))}
  ${part('observed', text(failure.observed))}
  ${part('for', failure.durationMs === undefined ? undefined : duration(failure.durationMs))}
  ${part('tries', failure.tries === undefined ? undefined : String(failure.tries))}
  ${part('look at', failure.artifact === undefined ? undefined : fileLink(base, failure.artifact))}
  ${(failure.causes ?? []).map((cause) => part('caused by', printable(cause)))}
  ${
    failure.stack === undefined || failure.subject !== undefined
      ? ''
      : part('stack', html`<pre tabindex="0">${printable(failure.stack)}</pre>`)
  }`;
}

function attemptBody(attempt: AttemptLine, base: string, picture: Picture | undefined): Html {
  return html`${picture === undefined ? '' : timeline(picture)} ${measureTable(attempt)}
    <h3>Evidence</h3>
    ${evidenceTable(attempt, base)} ${stepTable(attempt)} ${fileList(attempt, base)}`;
}

function timeline(picture: Picture): Html {
  return 'svg' in picture
    ? html`<div class="timeline" role="group" aria-label="timeline" tabindex="0">${raw(picture.svg)}</div>`
    : html`<div class="timeline" role="group" aria-label="timeline" tabindex="0">
        <img loading="lazy" alt="timeline" src="${fileAddress('', picture.file)}" />
      </div>`;
}

function earlierAttempt(attempt: AttemptLine, outcome: Outcome, picture: Picture | undefined): Html {
  const text = attempt.failure?.message ?? attempt.reason ?? '';
  return html`<details class="inner">
    <summary>attempt ${attempt.attempt}: ${attempt.verdict} ${printable(text)}</summary>
    ${attemptBody(attempt, outcome.run.base, picture)}
  </details>`;
}

/** How to see it again: the same selection and seed, cut down to this spec. */
function again(outcome: Outcome): Html {
  const start = outcome.run.start;
  if (start === undefined) return html``;
  const command = [
    'npm',
    'run',
    'e2e',
    '--',
    ...withoutSelection(start.argv),
    '--focus',
    `^${outcome.spec.id}$`,
    ...(start.seed === 0 ? [] : ['--seed', String(start.seed)]),
  ];
  return html`<h3>Run it again</h3>
    <pre tabindex="0">${shellQuoted(command)}</pre>`;
}

const SELECTING = new Set(['--grep', '-g', '--focus', '--skip', '--tags', '--seed', '--shard', '--reporter']);

function withoutSelection(argv: readonly string[]): readonly string[] {
  return argv.filter((word, index) => {
    const before = argv[index - 1] ?? '';
    return !SELECTING.has(word.split('=')[0] ?? '') && !(SELECTING.has(before) && !before.includes('='));
  });
}
