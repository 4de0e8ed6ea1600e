/** The table of known defects that have no signature yet: subject × family × spec → reason and link. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

export interface LooseDefect {
  readonly id: string;
  /** Subject name; `*` stands for any run of characters. */
  readonly subject: string;
  /** Subjects that `subject` matches and that do not have the defect; `*` as there. */
  readonly except?: string | undefined;
  readonly family: 'ipv4' | 'ipv6' | 'dual' | 'any';
  readonly spec: string;
  readonly reason: string;
  readonly link: string;
  readonly since: string;
}

export const knownDefectsFile = fileURLToPath(new URL('known-defects.yaml', import.meta.url));

/** One entry a spec: a row with a list of specs becomes several. Throws with file, row and column when the table is not well-formed. */
export async function loadKnownDefects(file = knownDefectsFile): Promise<readonly LooseDefect[]> {
  const [{ load, FAILSAFE_SCHEMA }, { z }, text] = await Promise.all([
    import('js-yaml'),
    import('zod'),
    readFile(file, 'utf8'),
  ]);
  const filled = z.string().trim().min(1);
  const specId = z.string().regex(/^[a-z0-9-]+\/[a-z0-9.-]+$/, 'expected <area>/<claim>');
  const row = z.strictObject({
    id: filled,
    subject: filled,
    except: filled.optional(),
    family: z.enum(['ipv4', 'ipv6', 'dual', 'any']),
    spec: z.union(
      [specId.transform((id) => [id]), z.array(specId).min(1)],
      'expected <area>/<claim>, or a list of them',
    ),
    reason: filled,
    link: z.url(),
    since: filled,
  });
  const result = z.array(row).safeParse(load(text, { schema: FAILSAFE_SCHEMA, filename: file }) ?? []);
  if (!result.success) {
    const issue = result.error.issues[0];
    const [index, column] = issue?.path ?? [];
    throw new Error(
      `${file}: row ${Number(index ?? 0) + 1}, ${String(column ?? 'row')}: ${issue?.message ?? 'not valid'}`,
    );
  }
  const ids = result.data.map((defect) => defect.id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw new Error(`${file}: id ${twice} is used twice`);
  return result.data.flatMap(({ spec, ...rest }) => spec.map((id) => ({ ...rest, spec: id })));
}

export function findDefect(
  defects: readonly LooseDefect[],
  at: { readonly subjects: readonly string[]; readonly family: string; readonly spec: string },
): LooseDefect | undefined {
  return defects.find(
    (defect) =>
      defect.spec === at.spec &&
      (defect.family === 'any' || defect.family === at.family) &&
      at.subjects.some(
        (name) => matches(defect.subject, name) && (defect.except === undefined || !matches(defect.except, name)),
      ),
  );
}

function matches(pattern: string, name: string): boolean {
  const escaped = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${escaped.join('.*')}$`).test(name);
}
