/** Where kind is when the caller did not say: on PATH, or where the set-up puts it in the cache. */
import { accessSync, constants, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

export function findKind(given?: string, env: NodeJS.ProcessEnv = process.env): string {
  if (given !== undefined) return given;
  const cache = join(
    env['XDG_CACHE_HOME']?.startsWith('/') === true ? env['XDG_CACHE_HOME'] : join(homedir(), '.cache'),
    'staleproof',
    'bin',
  );
  const cached = entries(cache)
    .filter((name) => /^kind-\d/.test(name))
    .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
    .map((name) => join(cache, name));
  const onPath = (env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'kind'));
  const found = [...cached, ...onPath].find(isExecutable);
  if (found === undefined)
    throw new Error(`kind is neither in ${cache} nor on PATH; \`npm run doctor -- --setup\` gets it`);
  return found;
}

function entries(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
