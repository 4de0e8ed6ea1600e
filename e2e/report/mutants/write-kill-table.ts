/** The kill table as Markdown, CSV and JSON; the JSON holds the facts, so that a later run can update them. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Verdict } from '../../harness/run/result-schema.ts';
import { md, mdTable } from '../markdown.ts';
import { oneLine } from '../printable.ts';
import { WORST_FIRST } from '../verdict-words.ts';
import type { KillFact } from './kill-facts.ts';
import { KILL_SYMBOLS, type KillOutcome } from './kill-outcome.ts';
import { judgeKills } from './kill-rule.ts';
import type { KillRow, KillTable } from './kill-table.ts';

const verdict = z.custom<Verdict>((value) => WORST_FIRST.some((known) => known === value));
const text = z.string();
const stored = z.object({
  schema: z.literal(1),
  facts: z.array(
    z.object({
      ...{ subject: text, family: text, spec: text, run: text, wall: text },
      verdicts: z.array(verdict),
      reason: text,
      failed: z.array(text).optional(),
    }),
  ),
});

/** Facts of the table that stands in a folder; none when there is none. Throws for a file that is something else. */
export async function readKillFacts(folder: string, area: string): Promise<readonly KillFact[]> {
  const file = join(folder, `${area}.json`);
  let content: string;
  try {
    content = await readFile(file, 'utf8');
  } catch {
    return [];
  }
  try {
    const { facts } = stored.parse(JSON.parse(content));
    return facts.map(({ failed, ...fact }) => ({ ...fact, ...(failed !== undefined && { failed }) }));
  } catch (error) {
    throw new Error(`${file} is no kill table of this version: ${(error as Error).message}`, { cause: error });
  }
}

/** Writes <area>.json, <area>.md and <area>.csv; returns their paths. */
export async function writeKillTable(
  table: KillTable,
  facts: readonly KillFact[],
  folder: string,
): Promise<readonly string[]> {
  const files = {
    [`${table.area}.json`]: `${JSON.stringify({ schema: 1, ...summaryOf(table), facts }, undefined, 2)}\n`,
    [`${table.area}.md`]: killMarkdown(table),
    [`${table.area}.csv`]: await killCsv(table),
  };
  await mkdir(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return Object.keys(files).map((name) => join(folder, name));
}

function summaryOf(table: KillTable) {
  const { area, bothWays, neverRed, neverGreen } = table;
  const rows = table.rows.map(({ subject, good, status, families, cells }) => ({
    ...{ subject, good, status, families },
    cells: Object.fromEntries(cells.map(({ spec, outcome }) => [spec, outcome])),
  }));
  return { area, exitCode: judgeKills([table]).exitCode, rows, specs: { bothWays, neverRed, neverGreen } };
}

/** A summary a subject, then the grid with numbered specs: 26 columns of names would be unreadable. */
export function killMarkdown(table: KillTable): string {
  const { area, rows, specs, bothWays, neverRed, neverGreen } = table;
  const { problems } = judgeKills([table]);
  const mutants = rows.filter(({ good }) => !good);
  const killed = mutants.filter(({ status }) => status === 'killed');
  const summary = rows.map((row) => [
    md(row.subject),
    row.inert ? 'nothing to judge' : row.good ? 'good' : 'known bad',
    `**${row.status}**`,
    md(row.families.join(', ')),
    ...(['caught', 'missed', 'other-reason', 'inconclusive', 'not-run', 'false-alarm'] as const).map((outcome) =>
      row.good && outcome === 'caught' ? '' : listed(row, outcome, area),
    ),
  ]);
  const used = specs.filter((spec) => rows.some(({ cells }) => cells.some((cell) => cell.spec === spec)));
  const grid = rows.map((row) => [
    md(row.subject),
    ...used.map((spec) => {
      const cell = row.cells.find((one) => one.spec === spec);
      return cell === undefined ? '' : KILL_SYMBOLS[cell.outcome];
    }),
  ]);
  const short = (ids: readonly string[]): string => ids.map((spec) => md(nameOf(spec, area))).join(', ') || 'none';
  return [
    `# Kill matrix: ${area}`,
    `${killed.length} of ${mutants.length} known-bad subjects killed; ${bothWays.length} of ${specs.length} specs seen both red, on a known-bad subject or by a known defect, and green on a good subject.`,
    problems.length === 0 ? 'The rule holds.' : problems.map((problem) => `- ${md(problem)}`).join('\n'),
    mdTable(
      [
        'subject',
        'is',
        'status',
        'families',
        'caught by',
        'missed by',
        'other reason',
        'inconclusive',
        'not run',
        'false alarm',
      ],
      summary,
    ),
    '## Grid',
    mdTable(['', ...used.map((_, index) => String(index + 1))], grid),
    used.map((spec, index) => `${index + 1}. ${md(spec)}`).join('\n'),
    'Known bad: ✓ caught, ✗ missed by a spec meant for it, ≠ failed for another reason, + caught by one that is not, · passed one that is not. Good: ✓ passed, !! false alarm. Nothing to judge: ○ inconclusive as it must be, ✗ passed. All: x known defect, ? inconclusive, – not run, s skipped, empty: not tried.',
    '## Specs',
    `- Never seen red: ${short(neverRed)}\n- Never seen green: ${short(neverGreen)}`,
  ]
    .join('\n\n')
    .concat('\n');
}

async function killCsv(table: KillTable): Promise<string> {
  const { stringify } = await import('csv-stringify/sync');
  const head = ['subject', 'good', 'family', 'spec', 'meant', 'outcome', 'verdicts', 'run', 'reason'];
  const rows = table.rows.flatMap((row) =>
    row.cells.map(({ spec, meant, outcome, fact }) => [
      ...[row.subject, row.good ? 'yes' : 'no', fact?.family ?? '', spec, meant ? 'yes' : 'no', outcome],
      ...[fact?.verdicts.join(' ') ?? '', fact?.run ?? '', fact?.reason ?? ''],
    ]),
  );
  return stringify(
    [head, ...rows].map((row) => row.map((cell) => oneLine(cell))),
    { escape_formulas: true },
  );
}

function listed({ cells }: KillRow, outcome: KillOutcome, area: string): string {
  return cells
    .filter((cell) => cell.outcome === outcome)
    .map(({ spec }) => md(nameOf(spec, area)))
    .join(', ');
}

function nameOf(spec: string, area: string): string {
  return spec.startsWith(`${area}/`) ? spec.slice(area.length + 1) : spec;
}
