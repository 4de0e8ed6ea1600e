/** `--list`, `--list-subjects`: what there is, from metadata alone. */
import type { SubjectEntry } from '../subject/subject.ts';
import { infoOf } from './spec-registry.ts';
import type { RegisteredSpec } from './spec.ts';

export type ListFormat = 'text' | 'json' | 'yaml';

export async function listSpecs(specs: readonly RegisteredSpec[], format: ListFormat): Promise<string> {
  const rows = specs.map((spec) => {
    const { meta } = spec;
    return {
      ...infoOf(spec),
      judges: meta.judges,
      timeoutSeconds: meta.timeout / 1000,
      ...(meta.needs === undefined ? {} : { needs: meta.needs }),
      ...(meta.locks === undefined ? {} : { locks: meta.locks }),
    };
  });
  if (format !== 'text') return serialise(rows, format);
  const lines = rows.flatMap((row) => [
    `${row.id}  ${row.title} ${[...row.tags]
      .sort()
      .map((tag) => `[${tag}]`)
      .join('')}`,
    `    ${row.claim}`,
    ...row.refs.map((ref) => `    ${ref.title}: ${ref.url}`),
  ]);
  return `${lines.join('\n')}\n${rows.length} specs`;
}

export async function listSubjects(subjects: readonly SubjectEntry[], format: ListFormat): Promise<string> {
  const rows = subjects.map(({ name, kind, summary, caughtBy, passes, undecided }) => ({
    name,
    kind,
    summary,
    caughtBy,
    ...(passes === undefined ? {} : { passes }),
    ...(undecided === undefined ? {} : { undecided }),
  }));
  if (format !== 'text') return serialise(rows, format);
  const width = Math.max(0, ...rows.map((row) => row.name.length));
  const lines = rows.map((row) => {
    const said = (text: string, specs: readonly string[] = []): string =>
      specs.length === 0 ? '' : ` (${text} ${specs.join(', ')})`;
    const caught = said('known bad; caught by', row.caughtBy);
    const others = said('counterpart; passes', row.passes) + said('nothing to judge; inconclusive in', row.undecided);
    return `${row.name.padEnd(width)}  ${row.kind.padEnd(14)}  ${row.summary}${caught}${others}`;
  });
  return [...lines, `${rows.length} subjects`].join('\n');
}

export async function serialise(rows: readonly unknown[], format: 'json' | 'yaml'): Promise<string> {
  if (format === 'json') return JSON.stringify(rows, undefined, 2);
  const { dump } = await import('js-yaml');
  return dump(rows, { noRefs: true, lineWidth: 120 }).trimEnd();
}
