/** Which process owns a journal, told apart from a later one that got the same pid. */
import { readFileSync } from 'node:fs';

/** Start time of a process in clock ticks since boot, undefined when there is no such process or it is a zombie. */
export function processStartTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command's name stands in parentheses and may hold spaces and parentheses itself.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return 'unknown';
  }
}

export function isRunning(owner: {
  readonly pid: number;
  readonly startTime: string;
  readonly bootId?: string;
}): boolean {
  if (owner.bootId !== undefined && owner.bootId !== bootId()) return false;
  return processStartTime(owner.pid) === owner.startTime;
}
