/** A page over the last runs: a strip of verdicts and a small chart per measure for each spec, subject and family. */
import { html, raw } from 'hono/html';
import { documentHtml, type Html } from '../html/document.ts';
import { oneLine, quantity } from '../printable.ts';
import { VERDICTS, WORST_FIRST } from '../verdict-words.ts';
import { sparkline } from './sparkline.ts';
import type { Look, MeasureTrend, Trend, TrendRow } from './trend-data.ts';

export async function trendPage(trend: Trend): Promise<string> {
  const judged = trend.rows.filter((row) => row.looks.some((look) => look.verdict !== 'not-run'));
  const unjudged = trend.rows.length - judged.length;
  const areas = [...new Set(judged.map(areaOf))].sort();
  const [first, last] = [trend.runs[0], trend.runs.at(-1)];
  const sections: Html[] = [];
  for (const area of areas)
    sections.push(
      await section(
        area,
        judged.filter((row) => areaOf(row) === area),
      ),
    );
  const page = html`<h1>Trend over ${trend.runs.length} runs</h1>
    <p class="faint">
      ${first?.start?.wall ?? ''} to ${last?.start?.wall ?? ''}, oldest on the left, newest on the right.
      ${unjudged === 0 ? '' : `${unjudged} rows that were selected and never run are left out.`}
    </p>
    <p>
      ${WORST_FIRST.map((verdict) => html`<span style="color:${VERDICTS[verdict].color}">■</span> ${verdict}&ensp;`)}
    </p>
    ${overview(areas, judged)} ${changes(judged)} ${sections}`;
  return documentHtml('staleproof trend', page);
}

const areaOf = ({ spec }: TrendRow): string => spec.split('/')[0] ?? '';

/** How each area stands in its newest look, one line an area. */
function overview(areas: readonly string[], rows: readonly TrendRow[]): Html {
  return html`<table style="width:auto">
    <tr>
      <th>area</th>
      <th>newest verdicts</th>
    </tr>
    ${areas.map((area) => {
      const newest = rows.filter((row) => areaOf(row) === area).map((row) => row.looks.at(-1)?.verdict ?? 'not-run');
      return html`<tr>
        <td><a href="#${area}">${area}</a></td>
        <td>
          ${WORST_FIRST.filter((verdict) => newest.includes(verdict)).map(
            (verdict) =>
              html`<span style="color:${VERDICTS[verdict].color}">■</span> ${
                  newest.filter((one) => one === verdict).length
                }
                ${verdict}&ensp;`,
          )}
        </td>
      </tr>`;
    })}
  </table>`;
}

/** What somebody looks for first: rows whose verdict is no longer what it was. */
function changes(rows: readonly TrendRow[]): Html {
  const changed = rows.filter((row) => flips(row) > 0).sort((a, b) => flips(b) - flips(a));
  if (changed.length === 0) return html`<p>No verdict changed.</p>`;
  return html`<h2>Changed</h2>
    <table>
      ${changed.map(
        (row) =>
          html`<tr>
            <td><b>${row.spec}</b></td>
            <td>${row.subject}</td>
            <td>${row.family}</td>
            <td class="tight">${row.looks.map(square)}</td>
          </tr>`,
      )}
    </table>`;
}

async function section(area: string, rows: readonly TrendRow[]): Promise<Html> {
  const lines: Html[] = [];
  for (const row of rows) lines.push(await trendRow(row));
  return html`<h2 id="${area}">${area}</h2>
    <table>
      <tr>
        <th>spec</th>
        <th>subject</th>
        <th>family</th>
        <th>verdicts</th>
        <th>measures</th>
      </tr>
      ${lines}
    </table>`;
}

/** What the suite is about stands in the row; the rest is one click away. */
const TELLING = /loss|window|latency|detection|recovery|heal/i;
const MOST_SHOWN = 4;

async function trendRow(row: TrendRow): Promise<Html> {
  const order = row.measures.toSorted((a, b) => Number(TELLING.test(b.name)) - Number(TELLING.test(a.name)));
  const charts: Html[] = [];
  for (const measure of order) charts.push(await measureCell(measure, `${row.spec} ${row.subject} ${row.family}`));
  const more = charts.slice(MOST_SHOWN);
  const changed = flips(row);
  const looks = row.looks.length;
  return html`<tr>
    <td><b>${row.spec}</b></td>
    <td>${row.subject}</td>
    <td>${row.family}</td>
    <td class="tight">
      ${row.looks.map(square)}
      <div class="faint">${looks === 1 ? 'seen once' : `changed ${changed} × in ${looks}`}</div>
    </td>
    <td>
      <div style="min-width:530px">${charts.slice(0, MOST_SHOWN)}</div>
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

const flips = ({ looks }: TrendRow): number =>
  looks.filter((look, index) => index > 0 && look.verdict !== looks[index - 1]?.verdict).length;

async function measureCell(measure: MeasureTrend, place: string): Promise<Html> {
  const values = measure.values.filter((value) => value !== undefined);
  const last = values.at(-1);
  if (last === undefined) return html``;
  const unit = oneLine(measure.unit, 20);
  const bound = measure.bound === undefined ? '' : `, bound ${quantity(measure.bound, unit)}`;
  const range = `${quantity(Math.min(...values), '')}–${quantity(Math.max(...values), unit)}`;
  return html`<div style="display:inline-block;width:250px;margin-right:10px;vertical-align:top">
    <div>${oneLine(measure.name, 60)}: <b>${quantity(last, unit)}</b> <span class="faint">${range}${bound}</span></div>
    ${values.length < 2 ? '' : raw(await sparkline(measure, `${place} ${measure.name}`))}
  </div>`;
}
