/** Finds the runs below folders: a run's own folder, reports/, or what a CI job downloaded. */
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

const DEEPEST = 5;

/**
 * Real paths of all folders that hold a results.jsonl, each once, in the order of the arguments and sorted within one.
 * Links are not followed below an argument, so `reports/latest` does not count twice. Throws for an argument that is no folder.
 */
export async function findRuns(folders: readonly string[]): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const folder of folders) for (const run of await runsBelow(await realFolder(folder), 0)) found.add(run);
  return [...found];
}

async function realFolder(folder: string): Promise<string> {
  try {
    if ((await stat(folder)).isDirectory()) return await realpath(folder);
  } catch {
    // Falls through: what is missing and what is a file get the same answer.
  }
  throw new Error(`${folder} is not a folder; give a run's folder (reports/<run>) or one that has runs below it`);
}

async function runsBelow(folder: string, depth: number): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  if (entries.some((entry) => entry.isFile() && entry.name === 'results.jsonl')) return [folder];
  if (depth === DEEPEST) return [];
  const folders = entries
    .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
    .map((entry) => entry.name);
  const runs: string[] = [];
  for (const name of folders.sort()) runs.push(...(await runsBelow(join(folder, name), depth + 1)));
  return runs;
}

/** How a page in `folder` addresses files of `run`: '' for its own run, else a relative path with a slash at its end. */
export function baseFrom(folder: string, run: string): string {
  const path = relative(folder, run);
  return path === '' ? '' : `${path.split(sep).join('/')}/`;
}
