/** A page over the last runs: a strip of verdicts and a small chart per measure for each spec, subject and family. */
import { html, raw } from 'hono/html';
import { documentHtml, type Html } from '../html/document.ts';
import { oneLine, quantity } from '../printable.ts';
import { VERDICTS, WORST_FIRST } from '../verdict-words.ts';
import { sparkline } from './sparkline.ts';
import type { Look, MeasureTrend, Trend, TrendRow } from './trend-data.ts';

export async function trendPage(trend: Trend): Promise<string> {
  const rows: Html[] = [];
  for (const row of trend.rows) rows.push(await trendRow(row));
  const [first, last] = [trend.runs[0], trend.runs.at(-1)];
  const page = html`<h1>Trend over ${trend.runs.length} runs</h1>
    <p class="faint">
      ${first?.start?.wall ?? ''} to ${last?.start?.wall ?? ''}, oldest on the left, newest on the right.
    </p>
    <p>
      ${WORST_FIRST.map((verdict) => html`<span style="color:${VERDICTS[verdict].color}">■</span> ${verdict}&ensp;`)}
    </p>
    <table>
      <tr>
        <th>spec</th>
        <th>subject</th>
        <th>family</th>
        <th>verdicts</th>
        <th>measures</th>
      </tr>
      ${rows}
    </table>`;
  return documentHtml('staleproof trend', page);
}

/** What the suite is about stands in the row; the rest is one click away. */
const TELLING = /loss|window|latency|detection|recovery|heal/i;
const MOST_SHOWN = 4;

async function trendRow(row: TrendRow): Promise<Html> {
  const order = row.measures.toSorted((a, b) => Number(TELLING.test(b.name)) - Number(TELLING.test(a.name)));
  const charts: Html[] = [];
  for (const measure of order) charts.push(await measureCell(measure, `${row.spec} ${row.subject} ${row.family}`));
  const more = charts.slice(MOST_SHOWN);
  const { changed, steady } = flips(row);
  return html`<tr>
    <td><b>${row.spec}</b></td>
    <td>${row.subject}</td>
    <td>${row.family}</td>
    <td class="tight">
      ${row.looks.map(square)}
      <div class="faint">${changed === 0 ? `steady over ${steady}` : `${changed} changes in ${steady}`}</div>
    </td>
    <td>
      ${charts.slice(0, MOST_SHOWN)}
      ${
        more.length === 0
          ? ''
          : html`<details class="inner">
              <summary>${more.length} more measures</summary>
              ${more}
            </details>`
      }
    </td>
  </tr>`;
}

function square(look: Look): Html {
  const { color, symbol } = VERDICTS[look.verdict];
  return html`<span
    title="${`${look.wall} ${look.run}: ${look.verdict}`}"
    style="display:inline-block;vertical-align:top;width:17px;height:20px;line-height:20px;margin-right:1px;text-align:center;font-size:11px;color:#fff;background:${color}"
    >${symbol}</span
  >`;
}

function flips({ looks }: TrendRow): { readonly changed: number; readonly steady: number } {
  const changed = looks.filter((look, index) => index > 0 && look.verdict !== looks[index - 1]?.verdict).length;
  return { changed, steady: looks.length };
}

async function measureCell(measure: MeasureTrend, place: string): Promise<Html> {
  const values = measure.values.filter((value) => value !== undefined);
  const last = values.at(-1);
  if (last === undefined) return html``;
  const unit = oneLine(measure.unit, 20);
  const bound = measure.bound === undefined ? '' : `, bound ${quantity(measure.bound, unit)}`;
  const range = `${quantity(Math.min(...values), '')}–${quantity(Math.max(...values), unit)}`;
  return html`<div style="display:inline-block;margin-right:18px;vertical-align:top">
    <div>${oneLine(measure.name, 60)}: <b>${quantity(last, unit)}</b> <span class="faint">${range}${bound}</span></div>
    ${values.length < 2 ? '' : raw(await sparkline(measure, `${place} ${measure.name}`))}
  </div>`;
}
