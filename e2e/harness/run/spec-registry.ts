/** Loads spec files and checks what they declare. The list that comes out is the definition order of the run. */
import { readdir, stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Areas } from '../area/areas.ts';
import type { SpecInfo } from './result-schema.ts';
import { declarations, onSpec, type RegisteredSpec } from './spec.ts';
import { UsageError } from './usage-error.ts';

/** A spec file that does not load or declares nonsense: the suite is broken, not the user's command. */
export class SpecLoadError extends Error {
  override readonly name = 'SpecLoadError';
}

/** All specs below the given files and folders, by path and then by place in the file. */
export async function loadSpecs(paths: readonly string[], areas: Areas): Promise<readonly RegisteredSpec[]> {
  const specs: RegisteredSpec[] = [];
  for (const file of await specFiles(paths)) specs.push(...(await specsOf(file)));
  checkDeclarations(specs, areas);
  return specs;
}

/** Whoever asks again in one process gets what the file declared when it ran, not an empty list. */
async function specsOf(file: string): Promise<readonly RegisteredSpec[]> {
  const known = declarations.byFile.get(file);
  if (known !== undefined) return known;
  const specs: RegisteredSpec[] = [];
  onSpec((spec) => void specs.push({ ...spec, file }));
  try {
    await import(pathToFileURL(file).href);
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    throw new SpecLoadError(`${relative(process.cwd(), file)} does not load: ${text}`);
  } finally {
    onSpec(undefined);
  }
  if (specs.length === 0) throw new SpecLoadError(`${relative(process.cwd(), file)} declares no spec`);
  declarations.byFile.set(file, specs);
  return specs;
}

async function specFiles(paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths.map((each) => resolve(each))) {
    const kind = await stat(path).catch(() => undefined);
    if (kind === undefined) throw new UsageError(`--specs ${path}: no such file or folder`);
    if (kind.isFile()) files.push(path);
    else {
      const entries = await readdir(path, { recursive: true });
      files.push(...entries.filter((entry) => entry.endsWith('.spec.ts')).map((entry) => join(path, entry)));
    }
  }
  return [...new Set(files)].sort();
}

export function checkDeclarations(specs: readonly RegisteredSpec[], areas: Areas): void {
  const seen = new Map<string, string>();
  for (const { meta, file } of specs) {
    const wrong = (text: string): never => {
      throw new SpecLoadError(`${relative(process.cwd(), file)}: spec ${meta.id}: ${text}`);
    };
    const area = areaOf(meta.id);
    if (!areas.names.includes(area) || !/^[a-z0-9-]+\/[a-z0-9]+(-[a-z0-9.]+)*$/.test(meta.id))
      wrong(`the id must be <area>/<kebab-claim>; areas: ${areas.names.join(', ')}`);
    const twin = seen.get(meta.id);
    if (twin !== undefined) wrong(`the id is used already in ${relative(process.cwd(), twin)}`);
    seen.set(meta.id, file);
    if (!meta.tags.includes(area)) wrong(`tags must include the area, ${area}`);
    if (meta.judges !== 'none' && areas.kind(meta.judges) === undefined)
      wrong(`no area has subjects of kind ${meta.judges}`);
    for (const tag of meta.tags)
      if (!Object.hasOwn(areas.tags, tag))
        wrong(`tag ${tag} is neither in known-tags.ts nor in an area; known: ${Object.keys(areas.tags).join(' ')}`);
    if (!/\bMUST\b/.test(meta.claim)) wrong('the claim must be one sentence with MUST or MUST NOT');
    if (!(meta.timeout > 0)) wrong('the timeout must be a number of milliseconds above 0');
  }
}

export const areaOf = (id: string): string => id.slice(0, id.indexOf('/'));

/** Tags stand in the title too, sorted, so that a plain --grep finds them. */
export function titleOf(spec: RegisteredSpec): string {
  const tags = [...spec.meta.tags].sort().map((tag) => `[${tag}]`);
  return `${spec.meta.title} ${tags.join('')}`;
}

export function infoOf({ meta, file }: RegisteredSpec): SpecInfo {
  return {
    id: meta.id,
    area: areaOf(meta.id),
    title: meta.title,
    claim: meta.claim,
    tags: meta.tags,
    core: meta.core ?? false,
    file: relative(process.cwd(), file),
    refs: meta.refs,
    judges: meta.judges,
  };
}
