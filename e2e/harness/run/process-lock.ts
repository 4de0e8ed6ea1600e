/** A lock file that belongs to one process of this machine at a time; a dead owner's lock is taken over. */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { bootId, isRunning, processStartTime } from './journal-process.ts';

export interface LockOwner {
  readonly pid: number;
  readonly startTime: string;
  readonly bootId: string;
  readonly run: string;
}

/** This process, in the name of a run. */
export function ownerFor(run: string): LockOwner {
  return { pid: process.pid, startTime: processStartTime(process.pid) ?? '0', bootId: bootId(), run };
}

/** Returns the function that gives it back, or undefined when a living process has it. */
export function takeLock(path: string, run: string): (() => void) | undefined {
  mkdirSync(dirname(path), { recursive: true });
  const mine = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  // A link appears complete or not at all: nobody reads half a lock.
  writeFileSync(mine, JSON.stringify(ownerFor(run)));
  try {
    for (let tries = 0; tries < 3; tries++) {
      try {
        linkSync(mine, path);
        return () => {
          if (readOwner(path)?.pid === process.pid) rmSync(path, { force: true });
        };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        const holder = readOwner(path);
        if (holder !== undefined && isRunning(holder)) return undefined;
        dropDead(path, `${mine}.dead`);
      }
    }
    return undefined;
  } finally {
    unlinkSync(mine);
  }
}

/** Who has it now, if that process lives. */
export function lockOwner(path: string): LockOwner | undefined {
  const owner = readOwner(path);
  return owner !== undefined && isRunning(owner) ? owner : undefined;
}

/** Another process may have replaced the dead lock since it was read: what was taken off then goes back. */
function dropDead(path: string, aside: string): void {
  try {
    renameSync(path, aside);
    if (lockOwner(aside) !== undefined) linkSync(aside, path);
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function readOwner(path: string): LockOwner | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as LockOwner;
  } catch {
    return undefined;
  }
}
