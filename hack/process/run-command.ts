/** Runs a command of the set-up: output goes to a log file or is returned; a failure names the command, its last lines and its log. */
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { execa } from 'execa';

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds; none by default because builds take as long as the machine needs. */
  readonly timeout?: number;
}

export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command ended with another exit code than 0, or did not start. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** Runs and returns what it said, whatever the exit code (127 when the program does not exist). Throws on abort only. */
export async function tryCommand(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const [file = '', ...args] = argv;
  const result = await execa(file, args, { ...execaOptions(options), reject: false });
  options.signal?.throwIfAborted();
  return {
    exitCode: result.exitCode ?? 127,
    stdout: result.stdout,
    stderr: result.stderr || result.shortMessage || '',
  };
}

/** Runs and returns stdout. Throws CommandError. */
export async function runCommand(argv: readonly string[], options: CommandOptions = {}): Promise<string> {
  const result = await tryCommand(argv, options);
  if (result.exitCode !== 0)
    throw new CommandError(`\`${argv.join(' ')}\` ended with ${result.exitCode}: ${lastLines(result.stderr, 8)}`);
  return result.stdout;
}

/** Runs with stdout and stderr appended to a log file. Throws CommandError with the last lines and the log's path. */
export async function runLogged(argv: readonly string[], logFile: string, options: CommandOptions = {}): Promise<void> {
  const [file = '', ...args] = argv;
  mkdirSync(dirname(logFile), { recursive: true });
  const to = { file: logFile, append: true } as const;
  const result = await execa(file, args, {
    ...execaOptions(options),
    reject: false,
    buffer: false,
    stdout: to,
    stderr: to,
  });
  options.signal?.throwIfAborted();
  if (result.exitCode === 0) return;
  const text = lastLines(readFileSync(logFile, 'utf8'), 12) || result.shortMessage || '';
  throw new CommandError(`\`${argv.join(' ')}\` ended with ${result.exitCode ?? 127}; log: ${logFile}\n${text}`);
}

function execaOptions(options: CommandOptions) {
  return {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
    ...(options.timeout === undefined ? {} : { timeout: options.timeout }),
  };
}

export function lastLines(text: string, count: number): string {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}
