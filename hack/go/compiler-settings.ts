/** How the Go compiler is told to do less; nothing of it changes what a program does, so none of it is part of a build's name. */
import { totalmem } from 'node:os';

/** The linker's -w throws debugging information away. Not to make it in the first place saves a quarter of the compiler's time. */
export function withoutDebugging(ldflags: string | undefined): readonly string[] {
  return ldflags?.split(/\s+/).includes('-w') === true ? ['-gcflags=all=-dwarf=false'] : [];
}

const gib = 1024 ** 3;

/**
 * A compiler lives for seconds, and collecting its garbage is a fifth of its time. Where memory allows it grows instead, each
 * process to 2 GiB at most before it collects as usual.
 */
export function compilerMemory(total = totalmem()): Readonly<Record<string, string>> {
  return total >= 12 * gib ? { GOGC: '400', GOMEMLIMIT: '2GiB' } : {};
}
