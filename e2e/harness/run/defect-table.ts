/** The tables of known defects, one an area: product × versions × families × signature → reason and link. */
import { readFile } from 'node:fs/promises';
import { holdsVersion, isComparison, type KnownDefect } from './match-defect.ts';

/**
 * Reads and checks tables in YAML. Throws with file, row and column when one is not well-formed: a range has to hold each version
 * that is measured as bad and none that is measured as good, and a signature names an outcome and at least one fact, without
 * wildcards.
 */
export async function loadDefectTables(files: readonly string[]): Promise<readonly KnownDefect[]> {
  if (files.length === 0) return [];
  const { load, FAILSAFE_SCHEMA } = await import('js-yaml');
  const rowSchema = await schema();
  const rows: { readonly row: KnownDefect; readonly file: string }[] = [];
  for (const file of files) {
    const text = await readFile(file, 'utf8');
    const result = rowSchema.array().safeParse(load(text, { schema: FAILSAFE_SCHEMA, filename: file }) ?? []);
    if (!result.success) {
      const issue = result.error.issues[0];
      const [index, ...path] = issue?.path ?? [];
      throw new Error(
        `${file}: row ${Number(index ?? 0) + 1}, ${path.join('.') || 'row'}: ${issue?.message ?? 'not valid'}`,
      );
    }
    for (const row of result.data) rows.push({ row, file });
  }
  const ids = new Set<string>();
  for (const { row, file } of rows) {
    if (ids.has(row.id)) throw new Error(`${file}: id ${row.id} is used twice`);
    ids.add(row.id);
    const outside = row.measured.bad.find((version) => !holdsVersion(row.versions, version));
    if (outside !== undefined)
      throw new Error(`${file}: ${row.id}: measured as bad with ${outside}, which range ${row.versions} does not hold`);
    const inside = row.measured.good.find((version) => holdsVersion(row.versions, version));
    if (inside !== undefined)
      throw new Error(`${file}: ${row.id}: measured as good with ${inside}, which range ${row.versions} holds`);
  }
  return rows.map(({ row }) => row);
}

async function schema() {
  const { z } = await import('zod');
  const filled = z.string().trim().min(1);
  const word = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'expected a kebab-case word without wildcards');
  const signature = z.strictObject({
    judgement: word,
    outcome: word,
    facts: z
      .record(word, word)
      .refine(
        (facts) => Object.keys(facts).length > 0,
        'expected at least one fact: a signature without any matches too much',
      ),
    measures: z.record(word, z.string().refine(isComparison, 'expected a comparison such as ">=0.99"')).optional(),
  });
  const cell = z.strictObject({
    spec: z.string().regex(/^[a-z]+\/[a-z0-9.-]+$/, 'expected <area>/<claim>'),
    signature,
  });
  return z.strictObject({
    id: filled,
    product: filled,
    modes: z.array(filled).default([]),
    variants: z.array(filled).default([]),
    versions: filled,
    measured: z.strictObject({ bad: z.array(filled).min(1), good: z.array(filled).default([]) }),
    fixed: filled.optional(),
    families: z.array(z.enum(['ipv4', 'ipv6', 'dual'])).min(1),
    cells: z.array(cell).min(1),
    reason: filled,
    link: z.url(),
  });
}
