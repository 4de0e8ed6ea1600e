/** One style sheet for all pages, inlined: a page must be readable when it is the only file that somebody was sent. */
const LIGHT =
  '--ink:#1e293b;--faint:#55637a;--page:#f8fafc;--paper:#fff;--line:#dbe3ec;--head:#eef2f7;--link:#0369a1;--warm:#fff7ed;--violet:#f5f3ff;--lost:#c2261d;--calm:#b9dcc9;';
const DARK =
  '--ink:#e2e8f0;--faint:#a3b1c6;--page:#0b1220;--paper:#131c2e;--line:#2b3952;--head:#1c2840;--link:#7cc7f7;--warm:#2a1d12;--violet:#221b3a;--lost:#ff7a6e;--calm:#2c5a45;';

export const STYLE = `
:root { color-scheme: light dark; ${LIGHT} color: var(--ink); background: var(--page); font: 15px/1.5 system-ui, 'Segoe UI', 'Liberation Sans', Arial, sans-serif; }
@media screen and (prefers-color-scheme: dark) { :root { ${DARK} } }
body { margin: 0 auto; max-width: 1360px; padding: 20px; }
h1 { font-size: 24px; margin: 0 0 6px; } h2 { font-size: 19px; margin: 28px 0 8px; } h3 { font-size: 15px; margin: 18px 0 6px; }
a { color: var(--link); } code, pre, td.mono, .mono { font: 12.5px/1.45 ui-monospace, 'DejaVu Sans Mono', monospace; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
[hidden] { display: none !important; }
.skip { position: absolute; left: -9999px; } .skip:focus { position: static; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: 4px 0; max-height: 420px; overflow: auto; }
table { border-collapse: collapse; width: 100%; background: var(--paper); margin: 6px 0; }
th, td { border: 1px solid var(--line); padding: 4px 8px; text-align: left; vertical-align: top; overflow-wrap: break-word; }
td.long, td.long * { overflow-wrap: anywhere; }
th { background: var(--head); font-weight: 600; } td.number { text-align: right; white-space: nowrap; } td.tight { white-space: nowrap; }
thead th button { all: unset; cursor: pointer; font-weight: 600; } thead th button:focus-visible { outline: 3px solid var(--link); }
th[aria-sort=ascending] button::after { content: ' ▲' / ''; } th[aria-sort=descending] button::after { content: ' ▼' / ''; }
tr.group th { background: var(--page); padding-top: 12px; }
.badge { display: inline-block; padding: 1px 9px; border-radius: 4px; color: #fff; font-size: 12.5px; font-weight: 700; white-space: nowrap; }
.banner { border-left: 8px solid; background: var(--paper); padding: 14px 18px; margin-bottom: 14px; box-shadow: 0 1px 2px #0002; overflow-wrap: anywhere; }
.banner p { margin: 4px 0; } .chips > * { margin-right: 8px; }
.trouble { border-left: 6px solid #7c3aed; background: var(--violet); padding: 8px 12px; margin: 8px 0; overflow-wrap: anywhere; }
.cards { list-style: none; padding: 0; margin: 0; display: grid; gap: 8px; grid-template-columns: repeat(auto-fill, minmax(min(100%, 420px), 1fr)); }
.card { background: var(--paper); border: 1px solid var(--line); border-left: 6px solid var(--faint); padding: 8px 12px; overflow-wrap: anywhere; }
.card.bad { border-left-color: #c2410c; } .card.known { border-left-color: #0369a1; }
.measured { font-weight: 600; }
.controls { display: flex; flex-wrap: wrap; gap: 8px 14px; align-items: center; margin: 8px 0; position: sticky; top: 0; z-index: 1; background: var(--page); padding: 6px 0; }
.controls input, .controls select, .controls button { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--faint); border-radius: 4px; padding: 3px 8px; max-width: 100%; }
.controls input { width: 22em; } .keys { font-size: 13px; }
svg.loss { display: block; max-width: 100%; } svg.loss .calm { fill: var(--calm); } svg.loss .lost { fill: var(--lost); } svg.loss .fault { stroke: var(--ink); stroke-width: 2; }
.why { border-left: 6px solid; background: var(--warm); padding: 8px 12px; margin: 10px 0; overflow-wrap: anywhere; }
.why dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 14px; margin: 6px 0 0; }
.why dt { font-weight: 600; } .why dd { margin: 0; overflow-wrap: anywhere; }
.faint { color: var(--faint); }
details.outcome { background: var(--paper); border: 1px solid var(--line); margin: 10px 0; padding: 0 14px; box-shadow: 0 1px 2px #0001; scroll-margin-top: 60px; }
details.outcome > summary { padding: 10px 0; cursor: pointer; font-weight: 600; overflow-wrap: anywhere; }
details.outcome[open] { padding-bottom: 14px; }
details.inner > summary { cursor: pointer; color: var(--link); margin: 8px 0; }
.timeline { border: 1px solid var(--line); background: #fff; overflow-x: auto; }
.timeline svg, .timeline img { display: block; width: 100%; height: auto; min-width: 900px; }
.wide { overflow-x: auto; } table.compat td { min-width: 7.5em; } table.compat th[scope=row] { min-width: 12em; }
table.compat summary { cursor: pointer; white-space: nowrap; } table.compat details[open] { min-width: min(34em, 70vw); } .inferred { color: var(--faint); font-style: italic; }
.cell-verdict { color: #fff; font-weight: 600; text-align: center; font-size: 12.5px; }
@media screen and (max-width: 760px) {
  body { padding: 10px; } .controls { position: static; } .controls input { width: 100%; } .controls label { flex: 1 1 100%; } .keys { display: none; }
  table.overview, table.overview tbody, table.overview tr, table.overview td, table.overview th { display: block; border: 0; }
  table.overview thead { display: none; } table.overview tr { border: 1px solid var(--line); margin: 6px 0; padding: 6px; }
  table.overview td { padding: 2px 4px; } table.overview td.number { text-align: left; } table.overview td:empty { display: none; }
  table.overview td[data-name=time]::before, table.overview td[data-name=measured]:not(:empty)::before { content: attr(data-name) ': '; color: var(--faint); }
  .why dl { grid-template-columns: 1fr; }
  td, th { overflow-wrap: anywhere; } td.number, td.tight { white-space: normal; } td.number .badge, td.tight .badge { white-space: nowrap; }
}
@media print {
  :root { --page: #fff; } body { max-width: none; padding: 0; font-size: 11px; } .controls, .skip { display: none; }
  .card, tr, details.outcome:not([open]) { break-inside: avoid; } thead { display: table-header-group; } .badge { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  svg.loss { print-color-adjust: exact; -webkit-print-color-adjust: exact; } .timeline svg, .timeline img { min-width: 0; } pre { max-height: none; }
}
`;
