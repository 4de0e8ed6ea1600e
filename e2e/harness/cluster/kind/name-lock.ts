/** A cluster's name is taken by one process of this machine at a time. */
import { join } from 'node:path';
import { stateFolder } from '../../run/state-folder.ts';
import { type LockOwner, lockOwner, takeLock } from '../../run/process-lock.ts';

const usualFolder = (): string => join(stateFolder(), 'locks');

/** Returns the function that gives it back, or undefined when a living process has it. */
export function takeName(name: string, run: string, folder = usualFolder()): (() => void) | undefined {
  return takeLock(pathOf(name, folder), run);
}

/** Who has the name now, if that process lives. */
export function nameOwner(name: string, folder = usualFolder()): LockOwner | undefined {
  return lockOwner(pathOf(name, folder));
}

/**
 * Runs `body` while nobody else has the name. Throws when another living process has it. `isOurs`: this process had it already,
 * so it works with the cluster itself.
 */
export async function withName<T>(name: string, run: string, body: (isOurs: boolean) => Promise<T>): Promise<T> {
  if (nameOwner(name)?.pid === process.pid) return body(true);
  const giveBack = takeName(name, run);
  if (giveBack === undefined) throw new Error(`${name} is used by ${describeOwner(nameOwner(name))}`);
  try {
    return await body(false);
  } finally {
    giveBack();
  }
}

export function describeOwner(owner: { readonly run: string; readonly pid: number } | undefined): string {
  return owner === undefined ? 'a run that has just taken it' : `run ${owner.run} (process ${owner.pid})`;
}

function pathOf(name: string, folder: string): string {
  return join(folder, `cluster-${name}.json`);
}
