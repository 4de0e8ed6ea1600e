/** Commands and long-lived programs in network namespaces of this machine. Every name starts with `staleproof-`, so that gc finds what a dead run left. */
import { LineStream } from '../../../harness/cluster/line-process.ts';
import type { JournalEntry } from '../../../harness/run/journal-entry.ts';
import { InfrastructureError } from '../../../harness/run/verdict-errors.ts';

export const netnsPrefix = 'staleproof-';

/** Runs a tool to its end and returns stdout. Throws InfrastructureError with the last lines of stderr. */
export async function runTool(
  argv: readonly string[],
  options: { readonly stdin?: string; readonly signal?: AbortSignal; readonly timeoutMs?: number } = {},
): Promise<string> {
  const { execa } = await import('execa');
  const [command = '', ...args] = argv;
  const result = await execa(command, args, {
    reject: false,
    timeout: options.timeoutMs ?? 30_000,
    ...(options.stdin === undefined ? { stdin: 'ignore' as const } : { input: options.stdin }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
  });
  if (!result.failed) return result.stdout;
  if (options.signal?.aborted === true) throw options.signal.reason;
  const stderr = result.stderr.trim().split('\n').slice(-4).join(' | ');
  throw new InfrastructureError(
    `${argv.slice(0, 12).join(' ')}: expected exit code 0, observed ${result.exitCode ?? result.shortMessage}${stderr === '' ? '' : `: ${stderr}`}`,
  );
}

/** The `ip -batch` calls for a list of commands: a line that starts with `-6 ` goes to the IPv6 one, because a batch has one family. */
export function ipBatches(
  lines: readonly string[],
): readonly { readonly argv: readonly string[]; readonly stdin: string }[] {
  const six = lines.filter((line) => line.startsWith('-6 ')).map((line) => line.slice(3));
  const other = lines.filter((line) => !line.startsWith('-6 '));
  return [
    { argv: ['ip'], commands: other },
    { argv: ['ip', '-6'], commands: six },
  ].flatMap(({ argv, commands }) => (commands.length === 0 ? [] : [{ argv, stdin: `${commands.join('\n')}\n` }]));
}

/** Runs ip commands in one namespace, or in the host's when it is undefined; lines are without the word ip. */
export async function ipBatch(
  netns: string | undefined,
  lines: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  for (const { argv, stdin } of ipBatches(lines))
    await runTool([...argv, ...(netns === undefined ? [] : ['-n', netns]), '-batch', '-'], {
      stdin,
      ...(signal === undefined ? {} : { signal }),
    });
}

export function inNetns(netns: string, argv: readonly string[]): readonly string[] {
  return ['ip', 'netns', 'exec', netns, ...argv];
}

/** Where changes are noted before they are made, twice: for this process, and on disk for gc after a kill -9. */
export interface Ground {
  readonly signal: AbortSignal;
  readonly undo: (title: string, run: () => Promise<unknown>) => void;
  readonly journal: { record(entry: JournalEntry): { undone(): void } };
}

/** Makes a namespace with its loopback up. */
export async function openNetns({ signal, undo, journal }: Ground, name: string): Promise<void> {
  const change = journal.record({ kind: 'netns', name });
  undo(`namespace ${name}`, async () => {
    await deleteNetns(name);
    change.undone();
  });
  await runTool(['ip', 'netns', 'add', name], { signal });
  await ipBatch(name, ['link set lo up'], signal);
}

/** Starts a long-lived program in a namespace; see spawnLines. */
export async function runInNetns(
  { undo, journal }: Ground,
  netns: string,
  argv: readonly string[],
  options: { readonly name: string; readonly env?: Readonly<Record<string, string>> },
): Promise<LineStream> {
  const { processStartTime } = await import('../../../harness/run/journal-process.ts');
  const { stream, pid } = await spawnLines(['ip', 'netns', 'exec', netns, ...argv], options);
  const startTime = pid === undefined ? undefined : processStartTime(pid);
  const change =
    pid === undefined || startTime === undefined ? undefined : journal.record({ kind: 'process', pid, startTime });
  undo(options.name, async () => {
    await stream.stop();
    change?.undone();
  });
  return stream;
}

/** Absent is fine. The processes inside keep the namespace alive until they end; the caller ends them first. */
export async function deleteNetns(name: string): Promise<void> {
  const names = (await runTool(['ip', 'netns', 'list'])).split('\n').map((line) => line.split(' ')[0]);
  if (names.includes(name)) await runTool(['ip', 'netns', 'delete', name]);
}

const running = new Set<{ kill(signal: 'SIGKILL'): boolean }>();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** Starts a program whose stdout is lines. It dies with this process; stop() ends it and waits. */
async function spawnLines(
  argv: readonly string[],
  options: { readonly name: string; readonly env?: Readonly<Record<string, string>> },
): Promise<{ readonly stream: LineStream; readonly pid: number | undefined }> {
  const { spawn } = await import('node:child_process');
  const [command = '', ...args] = argv;
  const child = spawn(command, args, {
    stdio: 'pipe',
    env: { ...process.env, ...options.env },
  });
  running.add(child);
  child.stdin.on('error', () => undefined);
  const stream = new LineStream({
    name: options.name,
    write: (text) => void child.stdin.write(text),
    terminate: async () => {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 3000);
      await stream.exited.finally(() => clearTimeout(timer));
    },
  });
  child.stdout.on('data', (chunk: Buffer) => stream.feed(chunk));
  child.stderr.on('data', (chunk: Buffer) => stream.feedStderr(chunk));
  child.on('error', (error) => stream.ended({ code: undefined, reason: error.message }));
  child.on('close', (code, signal) => {
    running.delete(child);
    stream.ended({
      code: code ?? undefined,
      reason: signal === null ? `exit code ${code ?? '?'}` : `signal ${signal}`,
    });
  });
  return { stream, pid: child.pid };
}
