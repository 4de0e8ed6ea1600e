/** Sysctls of the machine that clusters need higher. Three nodes exhaust 128 inotify instances. */
import { readFileSync, writeFileSync } from 'node:fs';
import { forgetChange, recordChange } from './machine-state.ts';

export const minimums: Readonly<Record<string, number>> = {
  'fs.inotify.max_user_instances': 1024,
  'fs.inotify.max_user_watches': 131_072,
};

export function readSysctl(key: string): string {
  return readFileSync(pathOf(key), 'utf8').trim();
}

/** Those below the minimum, with their value now. */
export function lowSysctls(): readonly { readonly key: string; readonly found: number; readonly wanted: number }[] {
  return Object.entries(minimums)
    .map(([key, wanted]) => ({ key, found: Number(readSysctl(key)), wanted }))
    .filter(({ found, wanted }) => found < wanted);
}

/** Raises what is too low and records the value from before. */
export function raiseSysctls(log: (line: string) => void): void {
  for (const { key, found, wanted } of lowSysctls()) {
    recordChange({ kind: 'sysctl', key, original: String(found), set: String(wanted) });
    writeFileSync(pathOf(key), String(wanted));
    log(`${key}: ${found} → ${wanted}`);
  }
}

/** Puts the recorded value back unless somebody else has changed it since. */
export function restoreSysctl(change: {
  readonly key: string;
  readonly original: string;
  readonly set: string;
}): boolean {
  const untouched = readSysctl(change.key) === change.set;
  if (untouched) writeFileSync(pathOf(change.key), change.original);
  forgetChange({ kind: 'sysctl', ...change });
  return untouched;
}

function pathOf(key: string): string {
  return `/proc/sys/${key.replaceAll('.', '/')}`;
}
