/** What makes a client's program: what this machine needs for it, and the path it ends up at. */
import type { PartOptions } from '../cache/cached-part.ts';
import { tryCommand } from '../process/run-command.ts';

export interface ClientPart {
  /** What this machine lacks, one line each; empty when it can be made. */
  needs(): Promise<readonly string[]>;
  /** Path of the program; builds it when the cache lacks it. Throws CommandError. */
  file(options: PartOptions): Promise<string>;
}

/** `text` for each command that does not end well. */
export async function lacks(wanted: readonly (readonly [readonly string[], string])[]): Promise<readonly string[]> {
  const found = await Promise.all(wanted.map(([argv]) => tryCommand(argv)));
  return wanted.flatMap(([, text], index) => (found[index]?.exitCode === 0 ? [] : [text]));
}
