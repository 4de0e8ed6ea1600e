/** A verdict in its colour and by its word, with what it means where a pointer rests on it. */
import { html } from 'hono/html';
import type { Outcome } from '../run-record.ts';
import { VERDICTS } from '../verdict-words.ts';
import type { Html } from './document.ts';

export function badge(outcome: Pick<Outcome, 'verdict'>): Html {
  const { color, label, meaning } = VERDICTS[outcome.verdict];
  return html`<span class="badge" style="background:${color}" title="${meaning}">${label}</span>`;
}
