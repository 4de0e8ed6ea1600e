/** Files of one JSON value a line, which later runs add to. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Throws for a file that holds something else than JSON lines; a missing one holds none. The type is the caller's word. */
export async function readJsonLines<T>(file: string): Promise<readonly T[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  });
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as T);
}

export async function writeJsonLines(file: string, values: readonly unknown[]): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, values.map((value) => `${JSON.stringify(value)}\n`).join(''));
}
