import { html } from 'hono/html';
import { oneLine, printable } from '../printable.ts';
import { subjectLabel, whyOf } from '../report-data.ts';
import type { Outcome } from '../run-record.ts';
import { VERDICTS } from '../verdict-words.ts';
import type { Html } from './document.ts';

/** What filters look at; the same on a row and on the section that it leads to. */
export function filterData(outcome: Outcome): Html {
  const { spec, subjects, family, verdict } = outcome;
  const words = [spec.id, spec.title, spec.claim, ...subjects, family, VERDICTS[verdict].label, whyOf(outcome)];
  return html`data-verdict="${verdict}" data-area="${spec.area}" data-family="${family}"
  data-subject="${printable(subjectLabel(outcome))}" data-find="${oneLine(words.join(' '), 2000).toLowerCase()}"`;
}
