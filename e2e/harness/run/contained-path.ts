/**
 * The one place where names that others chose become paths: run ids from a cluster, pods, nodes, subjects and captures,
 * artefact names of results that another machine wrote. Each part is matched against a form that no way out of a folder has.
 */
import { randomUUID } from 'node:crypto';
import { lstat, mkdir, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';

/** A name that may not become a path. The message quotes it as JSON, so that control characters in it stay visible. */
export class ForeignNameError extends Error {
  override readonly name = 'ForeignNameError';
}

/** No slash, no control, nothing hidden, nothing that a command would take for an option, neither `.` nor `..`. */
const part = /^[A-Za-z0-9_@+=][A-Za-z0-9_@+=.:,~ -]*$/;
/** Longest name that common file systems take. */
const longestPart = 255;
/** What createRunFolder() makes, and what labels allow: a DNS label. */
const runForm = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Whether a relative path stays below the folder that it is joined to. */
export function isContained(name: string): boolean {
  return name.split('/').every((one) => one.length <= longestPart && part.test(one));
}

/** `folder` joined with relative paths of foreign origin. Throws ForeignNameError for one that would leave it or is no name. */
export function containedPath(folder: string, ...names: readonly string[]): string {
  for (const name of names)
    if (!isContained(name))
      throw new ForeignNameError(
        `${quoted(name)} leaves the folder ${folder} or is no file name: expected letters, digits and _@+=.:,~- in each part`,
      );
  return join(folder, ...names);
}

/** Returns `text` when it has the form of a run's id. Throws ForeignNameError that says where it was found. */
export function runName(text: string, where: string): string {
  if (runForm.test(text)) return text;
  throw new ForeignNameError(
    `${where}: ${quoted(text)} is no name of a run: expected lower-case letters, digits and -`,
  );
}

/** Whether an absolute path on another machine is strictly below `folder` there. */
export function isBelow(folder: string, path: string): boolean {
  return path.startsWith(`${folder}/`) && isContained(path.slice(folder.length + 1));
}

/**
 * Writes below a folder that may have come from elsewhere, as CI artefacts do: follows no link out of it, also none at the end.
 * Written aside and renamed: who reads `name` finds it whole, the one before or the new one, also when the disk is full.
 * Throws ForeignNameError for a name or a link that leaves it.
 */
export async function writeContained(folder: string, name: string, data: string | Uint8Array): Promise<void> {
  const path = containedPath(folder, name);
  await mkdir(dirname(path), { recursive: true });
  const [root, parent] = [await realpath(folder), await realpath(dirname(path))];
  if (parent !== root && !parent.startsWith(root.endsWith(sep) ? root : `${root}${sep}`))
    throw new ForeignNameError(`${path}: a link in it leads out of ${folder}, to ${parent}`);
  const before = await lstat(path).catch(() => undefined);
  if (before?.isSymbolicLink() === true)
    throw new ForeignNameError(`${path} is a link: a report is not written through it`);
  // Beside it, and not named after it: the longest name that a file system takes has no room for more.
  const aside = join(parent, `.new-${randomUUID()}`);
  try {
    await writeFile(aside, data, { flag: 'wx' });
    await rename(aside, path);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
}

function quoted(name: string): string {
  return JSON.stringify(name.length > 120 ? `${name.slice(0, 120)}…` : name);
}
