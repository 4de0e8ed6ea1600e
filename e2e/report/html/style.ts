/** One style sheet for all pages, inlined: a page must be readable when it is the only file that somebody was sent. */
export const STYLE = `
:root { color: #1e293b; background: #f8fafc; font: 15px/1.5 system-ui, 'Segoe UI', 'Liberation Sans', Arial, sans-serif; }
body { margin: 0 auto; max-width: 1240px; padding: 20px; }
h1 { font-size: 24px; margin: 0 0 6px; } h2 { font-size: 19px; margin: 28px 0 8px; } h3 { font-size: 15px; margin: 18px 0 6px; }
a { color: #0369a1; } code, pre, td.mono, .mono { font: 12.5px/1.45 ui-monospace, 'DejaVu Sans Mono', monospace; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: 4px 0; max-height: 420px; overflow: auto; }
table { border-collapse: collapse; width: 100%; background: #fff; margin: 6px 0; }
th, td { border: 1px solid #e2e8f0; padding: 4px 8px; text-align: left; vertical-align: top; overflow-wrap: break-word; }
td.long, td.long * { overflow-wrap: anywhere; }
th { background: #f1f5f9; font-weight: 600; } td.number { text-align: right; white-space: nowrap; } td.tight { white-space: nowrap; }
.badge { display: inline-block; padding: 1px 9px; border-radius: 4px; color: #fff; font-size: 12.5px; font-weight: 700; white-space: nowrap; }
.banner { border-left: 8px solid; background: #fff; padding: 14px 18px; margin-bottom: 14px; box-shadow: 0 1px 2px #0002; }
.banner p { margin: 4px 0; } .chips > * { margin-right: 8px; }
.trouble { border-left: 6px solid #7c3aed; background: #f5f3ff; padding: 8px 12px; margin: 8px 0; }
.why { border-left: 6px solid; background: #fff7ed; padding: 8px 12px; margin: 10px 0; }
.why dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 14px; margin: 6px 0 0; }
.why dt { font-weight: 600; } .why dd { margin: 0; overflow-wrap: anywhere; }
.faint { color: #64748b; }
details.outcome { background: #fff; border: 1px solid #e2e8f0; margin: 10px 0; padding: 0 14px; box-shadow: 0 1px 2px #0001; }
details.outcome > summary { padding: 10px 0; cursor: pointer; font-weight: 600; }
details.outcome[open] { padding-bottom: 14px; }
details.inner > summary { cursor: pointer; color: #0369a1; margin: 8px 0; }
.timeline { border: 1px solid #e2e8f0; background: #fff; overflow-x: auto; }
.timeline svg, .timeline img { display: block; width: 100%; height: auto; min-width: 900px; }
.cell-verdict { color: #fff; font-weight: 600; text-align: center; font-size: 12.5px; }
@media print { details.outcome { break-inside: avoid; } body { max-width: none; } }
`;
