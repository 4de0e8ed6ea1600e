/** A run's folder as one archive that fits into ConfigMaps: results.jsonl always, of the rest what there is room for. */
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { execa } from 'execa';
import { ForeignNameError, isContained } from '../../harness/run/contained-path.ts';

/** A ConfigMap may hold 1 MiB, and its request is a third larger. */
export const chunkBytes = 768 * 1024;
/** Etcd is no file server. */
const mostBytes = 16 * chunkBytes;
/** Tried one after the other until the archive is small enough; 0 leaves results.jsonl alone. */
const fileLimits = [Infinity, 256 * 1024, 32 * 1024, 0];

/** tar.gz with paths relative to `folder`. When files had to be left out, `left-out.txt` in it names them. */
export async function packRun(folder: string, most = mostBytes): Promise<Buffer> {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
  const sizes = new Map<string, number>();
  for (const name of names) sizes.set(name, (await stat(join(folder, name))).size);
  const aside = await mkdtemp(join(tmpdir(), 'staleproof-archive-'));
  try {
    for (const limit of fileLimits) {
      const taken = names.filter((name) => name === 'results.jsonl' || (sizes.get(name) ?? 0) <= limit);
      const archive = await pack(folder, taken, names, aside);
      if (archive.length <= most || limit === 0) return archive;
    }
    throw new Error('unreachable: the last limit returns');
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

async function pack(folder: string, taken: readonly string[], all: readonly string[], aside: string): Promise<Buffer> {
  const left = all.filter((name) => !taken.includes(name));
  const note = left.length === 0 ? [] : ['-C', aside, 'left-out.txt'];
  if (left.length > 0) await writeFile(join(aside, 'left-out.txt'), `${left.join('\n')}\n`);
  const list = join(aside, 'files');
  await writeFile(list, taken.join('\0'));
  const target = join(aside, 'run.tar.gz');
  await execa('tar', ['-czf', target, '-C', folder, '--null', '-T', list, ...note]);
  return readFile(target);
}

/** Cuts; joining the pieces in order gives the archive again. */
export function chunksOf(archive: Buffer, size = chunkBytes): readonly Buffer[] {
  const chunks: Buffer[] = [];
  for (let from = 0; from < archive.length; from += size) chunks.push(archive.subarray(from, from + size));
  return chunks;
}

/**
 * An archive that came from a cluster may name anything: tar refuses `..` and strips a leading slash, and what it made is looked
 * at aside before it becomes `folder`, which may not exist or is replaced. Throws ForeignNameError for anything but plain files
 * and folders: whoever later reads results or writes reports there would follow a link out of it.
 */
export async function unpack(archive: Buffer, folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const aside = await mkdtemp(`${folder}.new-`);
  try {
    await execa('tar', ['-xzf', '-', '--no-same-owner', '--no-same-permissions', '-C', aside], { input: archive });
    await refuseLinks(aside);
    await rm(folder, { recursive: true, force: true });
    await rename(aside, folder);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

async function refuseLinks(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path);
    const plain = entry.isDirectory() || (entry.isFile() && (await stat(path)).nlink === 1);
    if (!plain || !isContained(name))
      throw new ForeignNameError(
        `the archive holds ${JSON.stringify(name)}: expected files and folders with plain names, no links`,
      );
  }
}
