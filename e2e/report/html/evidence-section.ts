/** What was seen, done and kept during one attempt: tables of evidence, measures, steps and files. */
import { html } from 'hono/html';
import type { AttemptLine, EvidenceRecord, Json } from '../../harness/run/result-schema.ts';
import { duration, offset, oneLine, printable, quantity } from '../printable.ts';
import { colorOfKind } from '../timeline/palette.ts';
import { numberedEvidence } from '../timeline/layout.ts';
import { fileLink, type Html } from './document.ts';

/** A page with every log line of a long run would not open; the rest stands in results.jsonl. */
const MOST_ROWS = 400;

export function evidenceTable(attempt: AttemptLine, base: string): Html {
  const pieces = numberedEvidence(attempt);
  if (pieces.length === 0) return html`<p class="faint">No evidence was recorded.</p>`;
  const hidden = pieces.length - MOST_ROWS;
  return html`<table>
      <tr>
        <th>#</th>
        <th>time</th>
        <th>kind</th>
        <th>lane</th>
        <th>what was seen</th>
      </tr>
      ${pieces.slice(0, MOST_ROWS).map((piece, index) => evidenceRow(piece, index + 1, attempt, base))}
    </table>
    ${hidden > 0 ? html`<p class="faint">${hidden} more pieces stand in ${fileLink(base, 'results.jsonl')}.</p>` : ''}`;
}

function evidenceRow(piece: EvidenceRecord, number: number, attempt: AttemptLine, base: string): Html {
  const lasting = piece.until === undefined ? '' : ` for ${duration(piece.until - piece.at)}`;
  return html`<tr>
    <td class="number">${number}</td>
    <td class="number mono">${offset(piece.at - attempt.startedAt)}${lasting}</td>
    <td class="tight"><span style="color:${colorOfKind(piece.kind)}">■</span> ${printable(piece.kind)}</td>
    <td>${printable(piece.lane)}</td>
    <td class="long">
      ${printable(piece.summary)} ${piece.data === undefined ? '' : dataDetails(piece.data)}
      ${piece.artifact === undefined ? '' : fileLink(base, piece.artifact)}
    </td>
  </tr>`;
}

function dataDetails(data: Json): Html {
  const text = printable(JSON.stringify(data, null, 1));
  if (text.length < 90) return html`<code class="faint">${text.replace(/\s+/g, ' ')}</code>`;
  const cut = text.length > 20_000 ? `${text.slice(0, 20_000)}\n… ${text.length} characters in all` : text;
  return html`<details class="inner">
    <summary>data</summary>
    <pre tabindex="0">${cut}</pre>
  </details>`;
}

export function measureTable(attempt: AttemptLine): Html {
  if (attempt.measures.length === 0) return html``;
  return html`<h3>Measured</h3>
    <table>
      <tr>
        <th>measure</th>
        <th>value</th>
        <th>bound</th>
      </tr>
      ${attempt.measures.map(
        ({ name, value, unit, bound }) =>
          html`<tr>
            <td>${printable(name)}</td>
            <td class="number">${quantity(value, printable(unit))}</td>
            <td class="number">${bound === undefined ? '' : quantity(bound, printable(unit))}</td>
          </tr>`,
      )}
    </table>`;
}

export function stepTable(attempt: AttemptLine): Html {
  if (attempt.steps.length === 0) return html``;
  return html`<h3>Steps</h3>
    <table>
      <tr>
        <th>began</th>
        <th>took</th>
        <th>step</th>
      </tr>
      ${attempt.steps.map(
        (step) =>
          html`<tr>
            <td class="number mono">${offset(step.startedAt - attempt.startedAt)}</td>
            <td class="number">
              ${step.endedAt === undefined ? 'never ended' : duration(step.endedAt - step.startedAt)}
            </td>
            <td style="padding-left:${8 + step.depth * 18}px">
              ${printable(step.title)} ${step.error === undefined ? '' : html`<b>✗ ${oneLine(step.error, 160)}</b>`}
            </td>
          </tr>`,
      )}
    </table>`;
}

export function fileList(attempt: AttemptLine, base: string): Html {
  return html`<h3>Files</h3>
    <ul>
      <li>
        ${fileLink(base, attempt.artifacts, `${attempt.artifacts}/`)}
        <span class="faint">everything of this attempt</span>
      </li>
      ${attempt.attachments.map(
        (file) =>
          html`<li>
            ${fileLink(base, file.path, printable(file.name))} <span class="faint">${printable(file.mime)}</span>
          </li>`,
      )}
    </ul>`;
}
