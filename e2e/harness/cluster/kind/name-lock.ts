/** A cluster's name is taken by one process of this machine at a time; a dead owner's lock is taken over. */
import { linkSync, mkdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bootId, isRunning, processStartTime } from '../../run/journal-process.ts';
import { stateFolder } from '../../run/journal.ts';

export interface LockOwner {
  readonly pid: number;
  readonly startTime: string;
  readonly bootId: string;
  readonly run: string;
}

/** Returns the function that gives it back, or undefined when a living process has it. */
export function takeName(name: string, run: string, folder = join(stateFolder(), 'locks')): (() => void) | undefined {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `cluster-${name}.json`);
  const owner: LockOwner = { pid: process.pid, startTime: processStartTime(process.pid) ?? '0', bootId: bootId(), run };
  const mine = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  // A link appears complete or not at all: nobody reads half a lock.
  writeFileSync(mine, JSON.stringify(owner));
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
        rmSync(path, { force: true });
      }
    }
    return undefined;
  } finally {
    unlinkSync(mine);
  }
}

/** Who has the name now, if that process lives. */
export function nameOwner(name: string, folder = join(stateFolder(), 'locks')): LockOwner | undefined {
  const owner = readOwner(join(folder, `cluster-${name}.json`));
  return owner !== undefined && isRunning(owner) ? owner : undefined;
}

function readOwner(path: string): LockOwner | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as LockOwner;
  } catch {
    return undefined;
  }
}
