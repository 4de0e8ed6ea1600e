/** A table of the conformance reports in a folder, whenever each of them was written. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { load } from 'js-yaml';
import type { ConformanceReport } from './conformance-report.ts';
import { md, mdTable } from './markdown.ts';

/** Writes README.md beside the reports and returns its path. */
export async function writeConformanceIndex(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml')).sort();
  const reports: (readonly [string, ConformanceReport])[] = [];
  for (const name of names) reports.push([name, load(await readFile(join(folder, name), 'utf8')) as ConformanceReport]);
  const path = join(folder, 'README.md');
  await writeFile(path, conformanceIndex(reports));
  return path;
}

export function conformanceIndex(reports: readonly (readonly [string, ConformanceReport])[]): string {
  const rows = reports.map(([name, { implementation, mode, date, profiles, succeeded }]) => [
    `[${md(implementation.name)}](${encodeURIComponent(name)})`,
    md(mode.family),
    Object.entries(implementation.versions)
      .map(([what, version]) => md(`${what} ${version}`))
      .join(', '),
    succeeded ? 'conformant' : 'not shown',
    profiles.map((profile) => `${profile.name}: ${md(profile.summary)}`).join('; '),
    date.slice(0, 10),
  ]);
  return [
    '# Conformance reports',
    '',
    'From real runs, one file per subject and family; `npm run report -- conformance DIR… --out reports/conformance` writes',
    'them and this table. Conformant means that every core spec ran and held; [results](../../docs/results.md) says what the',
    'words mean.',
    '',
    mdTable(['subject', 'family', 'versions', 'core', 'specs', 'date'], rows),
    '',
  ].join('\n');
}
