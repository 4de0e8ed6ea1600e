/**
 * Appends to files that others will rely on: all of it or nothing. A disk that is nearly full takes half a line, and says so
 * only by a number.
 */
import { fstatSync, fsyncSync, ftruncateSync, writeSync } from 'node:fs';

/**
 * `file` was opened for appending, and nobody else appends to it. Throws as `fs` does, and the file then ends as it ended before.
 * `sync`: it is on disk when this returns.
 */
export function appendWhole(file: number, text: string, options: { readonly sync?: boolean } = {}): void {
  const bytes = Buffer.from(text);
  const before = fstatSync(file).size;
  try {
    for (let written = 0; written < bytes.length;) {
      const taken = writeSync(file, bytes, written);
      if (taken === 0) throw new Error(`only ${written} of ${bytes.length} bytes could be written`);
      written += taken;
    }
    if (options.sync === true) fsyncSync(file);
  } catch (error) {
    ftruncateSync(file, before);
    throw error;
  }
}
