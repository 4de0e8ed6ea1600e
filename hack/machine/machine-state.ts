/** What the set-up changed on this machine beside packages: written down before it is done, undone by `npm run gc`. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { stateRoot } from '../cache/cache-folders.ts';

export type MachineChange =
  | { readonly kind: 'sysctl'; readonly key: string; readonly original: string; readonly set: string }
  | { readonly kind: 'nft-table'; readonly table: string };

export function recordedChanges(): readonly MachineChange[] {
  try {
    return JSON.parse(readFileSync(file(), 'utf8')) as MachineChange[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new Error(`${file()} is not readable; what the set-up changed here is unknown`, { cause: error });
  }
}

/** The first record of a sysctl wins: it alone holds the value from before us. */
export function recordChange(change: MachineChange): void {
  const known = recordedChanges();
  if (known.some((other) => isSame(other, change))) return;
  write([...known, change]);
}

export function forgetChange(change: MachineChange): void {
  write(recordedChanges().filter((other) => !isSame(other, change)));
}

function isSame(a: MachineChange, b: MachineChange): boolean {
  return a.kind === 'sysctl' && b.kind === 'sysctl' ? a.key === b.key : isDeepStrictEqual(a, b);
}

function write(changes: readonly MachineChange[]): void {
  mkdirSync(dirname(file()), { recursive: true });
  writeFileSync(`${file()}.new`, `${JSON.stringify(changes, null, 2)}\n`);
  renameSync(`${file()}.new`, file());
}

function file(): string {
  return join(stateRoot(), 'machine.json');
}
