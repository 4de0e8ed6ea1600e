/** `reports/compat/errata.md`: what maintainers of a product say about a measurement of it. A table, edited by hand. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { CompatMeasurement } from './compat-schema.ts';

export interface Erratum {
  readonly product: string;
  /** `*`: every version. */
  readonly version: string;
  readonly spec: string;
  readonly says: string;
  readonly link: string;
}

const COLUMNS = 5;

/** Rows of the table whose first column is `product`. Throws for a row with another number of columns: a lost correction is none. */
export function errataOf(text: string, where: string): readonly Erratum[] {
  const rows = text.split('\n').flatMap((line, index) => (line.startsWith('|') ? [{ line, at: index + 1 }] : []));
  return rows.slice(2).map(({ line, at }) => {
    const cells = line
      .replace(/^\||\|\s*$/g, '')
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim().replaceAll('\\|', '|'));
    const [product = '', version = '', spec = '', says = '', link = ''] = cells;
    if (cells.length !== COLUMNS || [product, version, spec, says, link].includes(''))
      throw new Error(`${where}: line ${at}: expected ${COLUMNS} filled columns, observed ${cells.length}: ${line}`);
    return { product, version, spec, says, link };
  });
}

/** No file: no errata. */
export const readErrata = async (file: string): Promise<readonly Erratum[]> =>
  existsSync(file) ? errataOf(await readFile(file, 'utf8'), file) : [];

export const errataAbout = (errata: readonly Erratum[], one: CompatMeasurement): readonly Erratum[] =>
  errata.filter(
    ({ product, version, spec }) =>
      product === one.product && spec === one.spec && (version === '*' || version === one.version),
  );
