/** How a command ends: its own exit code, or one line on stderr and the code for what went wrong. */
import { EXIT } from '../harness/run/exit-codes.ts';
import { watchOutput } from '../harness/run/output.ts';
import { shown } from '../harness/run/shown.ts';

export interface CommandLine {
  /** As the user typed it: `npm run NAME`. */
  readonly name: string;
  /** Whether an error is the caller's mistake: exit 64 in place of 2. */
  readonly isUsage?: (error: unknown) => boolean;
  /** Shows where an error that is nobody's usage came from. */
  readonly withStack?: boolean;
}

/** A reader of stdout who leaves ends it at once, unless `main` has watched the output itself. Sets the exit code and leaves the process to end by itself, so that what is written is written whole. */
export async function runCommandLine(command: CommandLine, main: () => Promise<number>): Promise<void> {
  watchOutput();
  try {
    process.exitCode = await main();
  } catch (error) {
    const usage = command.isUsage?.(error) ?? false;
    const message = error instanceof Error ? error.message : String(error);
    const said = command.withStack === true && !usage ? String((error as Error).stack) : message;
    process.stderr.write(shown(`staleproof ${command.name}: ${said}\n`));
    process.exitCode = usage ? EXIT.usage : EXIT.infrastructure;
  }
}

/** What `parseArgs` of Node throws for an option that it does not know. */
export function isParseArgsError(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS') === true;
}
