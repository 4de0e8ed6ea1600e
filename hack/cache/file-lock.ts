/** A lock between processes of this machine: a file that holds its owner's pid. A dead owner's lock is taken over. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

interface LockOptions {
  /** What is locked, for the line that says why we wait. */
  readonly what: string;
  readonly steps?: { note(line: string): void };
  readonly signal?: AbortSignal | undefined;
}

export async function withFileLock<T>(path: string, options: LockOptions, body: () => Promise<T>): Promise<T> {
  let said = false;
  while (!(await take(path))) {
    const owner = await ownerOf(path);
    if (owner !== undefined && !isAlive(owner)) {
      await rm(path, { force: true });
      continue;
    }
    if (!said) options.steps?.note(`${options.what}: waiting for process ${owner ?? '?'}, which is building it`);
    said = true;
    await delay(300, undefined, options.signal === undefined ? {} : { signal: options.signal });
  }
  try {
    return await body();
  } finally {
    await rm(path, { force: true });
  }
}

async function take(path: string): Promise<boolean> {
  try {
    await writeFile(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function ownerOf(path: string): Promise<number | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
