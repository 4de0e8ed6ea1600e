/** What was made beside what was named. Pure. */
import type { CheckResult } from '../result.ts';
import { FIRST_PORT, type MadeRow } from './made-rows.ts';

export interface Compared {
  readonly row: MadeRow;
  /** In words: `backend-gone`, `nothing`. */
  readonly expected: string;
  readonly named: string;
  readonly right: boolean;
}

export interface Comparison {
  readonly rows: readonly Compared[];
  /** Named, and not made by us. */
  readonly besides: readonly string[];
}

type Stale = NonNullable<CheckResult['rows']>[number]['stale'][number];

export function compare(made: readonly MadeRow[], result: CheckResult): Comparison {
  const stale = (result.rows ?? []).flatMap((node) => node.stale);
  const indexOf = ({ row }: Stale): number => row.original.sport - FIRST_PORT;
  const rows = made.map((row, index) => {
    const found = stale.filter((one) => indexOf(one) === index);
    const named = found.map(({ reason, frontend }) => `${reason} (${frontend})`).join(', ') || 'nothing';
    const expected = row.expected === undefined ? 'nothing' : `${row.expected.reason} (${row.expected.frontend})`;
    return { row, expected, named, right: named === expected };
  });
  const besides = stale.filter((one) => made[indexOf(one)] === undefined).map((one) => JSON.stringify(one));
  return { rows, besides };
}

/** Markdown. */
export function precisionTable({ rows, besides }: Comparison, facts: Readonly<Record<string, string>>): string {
  const stale = rows.filter(({ row }) => row.expected !== undefined);
  const named = stale.filter(({ right }) => right);
  const legal = rows.filter(({ row }) => row.expected === undefined);
  const accused = legal.filter(({ right }) => !right).length + besides.length;
  const family = ({ dst }: MadeRow): string => (dst.includes(':') ? 'IPv6' : 'IPv4');
  const lines = rows.map(
    ({ row, expected, named: said, right }) =>
      `| ${row.what} | ${row.protocol} | ${family(row)} | ${row.replyDst === row.src ? 'no' : 'yes'} | ${expected} | ${said} | ${right ? 'yes' : '**no**'} |`,
  );
  return [
    '# What `check --rows` names',
    '',
    `${stale.length} kinds of stale rows were put into the table of one node of a kind cluster, and ${legal.length} that are legal: ${named.length} of ${stale.length} were named with`,
    `their reason and frontend, and ${accused} rows were named that are not stale. \`npm run prove -- check\` makes it again.`,
    '',
    ...Object.entries(facts).map(([name, value]) => `- ${name}: ${value}`),
    '',
    '| row | protocol | family | masqueraded | expected | named | right |',
    '|---|---|---|---|---|---|---|',
    ...lines,
    '',
    ...besides.map((one) => `- named besides: \`${one}\``),
  ].join('\n');
}
