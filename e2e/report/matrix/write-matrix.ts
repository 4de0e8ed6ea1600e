/** The matrix as Markdown, CSV and HTML: the same cells three times. */
import { mkdir } from 'node:fs/promises';
import { html } from 'hono/html';
import { writeContained } from '../../harness/run/contained-path.ts';
import { documentHtml } from '../html/document.ts';
import { md, mdTable } from '../markdown.ts';
import { oneLine } from '../printable.ts';
import { measuredOf, type ReportData, whyOf } from '../report-data.ts';
import { VERDICTS } from '../verdict-words.ts';
import { type Cell, type Matrix, matrixOf } from './matrix.ts';

/** Writes matrix.md, matrix.csv and matrix.html; returns their names. */
export async function writeMatrix(report: ReportData, folder: string): Promise<readonly string[]> {
  const matrix = matrixOf(report);
  const files = {
    'matrix.html': await matrixHtml(matrix, report),
    'matrix.md': matrixMarkdown(matrix),
    'matrix.csv': await matrixCsv(matrix),
  };
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeContained(folder, name, text);
  return Object.keys(files);
}

export function matrixMarkdown(matrix: Matrix): string {
  const head = ['spec', ...matrix.columns.map((column) => md(`${column.subject} ${column.family}`)), 'reading'];
  const rows = matrix.rows.map((row) => [
    md(row.spec),
    ...row.cells.map((cell) => (cell === undefined ? '' : `${VERDICTS[cell.verdict].symbol} ${cell.verdict}`)),
    md(row.reading),
  ]);
  return `${mdTable(head, rows)}\n`;
}

export async function matrixCsv(matrix: Matrix): Promise<string> {
  const { stringify } = await import('csv-stringify/sync');
  const head = ['spec', ...matrix.columns.map((column) => `${column.subject} ${column.family}`), 'reading'];
  const rows = matrix.rows.map((row) => [row.spec, ...row.cells.map((cell) => cell?.verdict ?? ''), row.reading]);
  // A subject named `=cmd()` must not become a formula in whoever's spreadsheet.
  return stringify(
    [head, ...rows].map((row) => row.map((cell) => oneLine(cell))),
    { escape_formulas: true },
  );
}

async function matrixHtml(matrix: Matrix, report: ReportData): Promise<string> {
  const page = html`<h1>Spec × subject × family</h1>
    <p class="faint">${report.runs.length} runs: ${report.runs.map((run) => run.name).join(', ')}</p>
    ${report.troubles.map((trouble) => html`<div class="trouble">⚡ ${oneLine(trouble)}</div>`)}
    <table>
      <tr>
        <th>spec</th>
        ${matrix.columns.map((column) => html`<th>${column.subject}<br />${column.family}</th>`)}
        <th>reading</th>
      </tr>
      ${matrix.rows.map(
        (row) =>
          html`<tr>
            <th>${row.spec}</th>
            ${row.cells.map((cell) => cellHtml(cell))}
            <td>${row.reading}</td>
          </tr>`,
      )}
    </table>
    <p class="faint">An empty cell was not tried. Point at a cell for why and for what was measured.</p>`;
  return documentHtml('staleproof matrix', page);
}

function cellHtml(cell: Cell | undefined) {
  if (cell === undefined) return html`<td></td>`;
  const { color, symbol } = VERDICTS[cell.verdict];
  const details = cell.outcomes.map((outcome) =>
    [measuredOf(outcome), oneLine(whyOf(outcome), 400)].filter(Boolean).join('; '),
  );
  return html`<td class="cell-verdict" style="background:${color}" title="${details.join(' | ')}">
    ${symbol} ${cell.verdict}
  </td>`;
}
