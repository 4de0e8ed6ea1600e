/** The page of what releases do: a table for each product, mode and family; a cell opens what was measured. */
import { readFile } from 'node:fs/promises';
import { html } from 'hono/html';
import { badge } from '../html/badge.ts';
import { citedLink, documentHtml, type Html, webLink } from '../html/document.ts';
import { oneLine, printable } from '../printable.ts';
import type { Compat, CompatDefect } from './compat-schema.ts';
import { type CompatCell, type CompatRow, type CompatTable, compatTables } from './compat-table.ts';
import { errataAbout, type Erratum } from './errata.ts';

export async function compatPage(compat: Compat, errata: readonly Erratum[]): Promise<string> {
  const tables = compatTables(compat.measurements);
  const body = html`<header>
      <h1>What releases do with state that outlives its owner</h1>
      <p>
        ${compat.measurements.length} measurements. Each names the commit of the suite that made it and the command that
        makes it again. A cell in brackets was not measured: the releases before and after it, of the same minor, were,
        and are equal. An empty cell is not known. Maintainers correct a cell in errata.md, which stands beside this
        page with compat.json, the same as data.
      </p>
      ${controls(tables)}
    </header>
    <main>
      ${tables.map((table) => tableSection(table, compat.defects, errata))}
      <h2>Known defects of these releases</h2>
      <ul class="cards">
        ${compat.defects.map(defectCard)}
      </ul>
    </main>`;
  const script = await readFile(new URL('./compat-page.mjs', import.meta.url), 'utf8');
  return documentHtml('staleproof: releases and claims', body, script);
}

function controls(tables: readonly CompatTable[]): Html {
  const distinct = (values: readonly string[]): readonly string[] => [...new Set(values)];
  const choice = (name: string, values: readonly string[]): Html =>
    html`<label
      >${name}
      <select data-filter="${name}">
        <option value="">all</option>
        ${values.map((value) => html`<option>${value}</option>`)}
      </select></label
    >`;
  return html`<form class="controls" hidden>
    ${choice('product', distinct(tables.map(({ product }) => product)))}
    ${choice('version', distinct(tables.flatMap(({ versions }) => versions)))}
    ${choice('mode', distinct(tables.flatMap(({ mode }) => (mode === '' ? [] : [mode]))))}
    ${choice('family', distinct(tables.map(({ ipFamily }) => ipFamily)))}
    ${choice('area', distinct(tables.flatMap(({ rows }) => rows.map(({ area }) => area))))}
    <span class="shown" role="status"></span>
  </form>`;
}

function tableSection(table: CompatTable, defects: readonly CompatDefect[], errata: readonly Erratum[]): Html {
  const { product, mode, ipFamily, versions, rows } = table;
  return html`<section data-product="${product}" data-mode="${mode}" data-family="${ipFamily}">
    <h2>${product}${mode === '' ? '' : `, ${mode}`}, ${ipFamily}</h2>
    <div class="wide" tabindex="0" role="region" aria-label="${product} ${mode} ${ipFamily}">
      <table class="compat">
        <thead>
          <tr>
            <th scope="col">claim</th>
            ${versions.map((version) => html`<th scope="col" data-version="${version}">${version}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map((row) => rowHtml(row, versions, defects, errata))}
        </tbody>
      </table>
    </div>
  </section>`;
}

function rowHtml(
  row: CompatRow,
  versions: readonly string[],
  defects: readonly CompatDefect[],
  errata: readonly Erratum[],
): Html {
  return html`<tr data-area="${row.area}">
    <th scope="row" title="${printable(row.claim)}">${row.spec}</th>
    ${row.cells.map(
      (cell, index) => html`<td data-version="${versions[index] ?? ''}">${cellHtml(cell, defects, errata)}</td>`,
    )}
  </tr>`;
}

function cellHtml(cell: CompatCell | undefined, defects: readonly CompatDefect[], errata: readonly Erratum[]): Html {
  if (cell === undefined) return html``;
  if (cell.kind === 'inferred')
    return html`<span
      class="inferred"
      title="not measured: ${cell.below.version} and ${cell.above.version} were, and are equal"
      >(${cell.below.verdict === 'pass' ? 'pass' : 'fails'}, inferred)</span
    >`;
  const { measured } = cell;
  const defect = defects.find(({ id }) => id === measured.defect);
  const corrections = errataAbout(errata, measured);
  return html`<details>
    <summary>${badge(measured)}${corrections.length === 0 ? '' : ' *'}</summary>
    <p>${printable(measured.claim)}</p>
    ${measured.figures === undefined ? '' : html`<p class="measured">${oneLine(measured.figures)}</p>`}
    ${defect === undefined ? '' : html`<p>${defect.id}: ${oneLine(defect.title)} ${defect.refs.map(citedLink)}</p>`}
    ${corrections.map(({ says, link }) => html`<p>* a maintainer says: ${oneLine(says)} ${webLink('more', link)}</p>`)}
    <pre>${measured.repeat}</pre>
    <p class="faint">
      ${measured.date}, suite ${measured.commit}${measured.dirty ? ' with changes' : ''}, Kubernetes
      ${measured.kubernetes || 'unknown'}, kernel ${measured.kernel || 'unknown'}
    </p>
  </details>`;
}

function defectCard(defect: CompatDefect): Html {
  return html`<li class="card known">
    <strong>${defect.product}: ${defect.id}</strong>
    <p>${oneLine(defect.title)}</p>
    <p>
      affected ${defect.affected},
      ${defect.fixed === null ? 'not fixed in a measured release' : `fixed in ${defect.fixed}`}
      ${defect.refs.map(citedLink)}
    </p>
  </li>`;
}
