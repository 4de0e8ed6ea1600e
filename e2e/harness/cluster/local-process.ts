/** Commands behind a local program that reaches into a container (`docker exec`): run to the end, or kept as a line process. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { ExecOptions, ExecResult, LineProcess } from './cluster.ts';
import { ExecTransportError } from './kube/api-error.ts';
import { LineStream } from './line-process.ts';
import { announcePid, killCommand, PidFilter } from './remote-pid.ts';
import { withTimeout } from './wait.ts';

export interface Launcher {
  /** For messages: `on node x`. */
  readonly where: string;
  /** What stands before the command: `docker exec -i NODE`. */
  readonly prefix: readonly string[];
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

const graceMs = 2_000;
const defaultTimeoutMs = 60_000;

function launch(launcher: Launcher, argv: readonly string[]): Child {
  const [file = '', ...args] = [...launcher.prefix, ...argv];
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  // A command may end without reading its input.
  child.stdin.on('error', () => undefined);
  return child;
}

/** Throws ExecTransportError when the command was not started, or did not end in time (then it was killed). */
export async function execBehind(
  launcher: Launcher,
  argv: readonly string[],
  options: ExecOptions = {},
): Promise<ExecResult> {
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  const signal = withTimeout(timeoutMs, options.signal);
  options.signal?.throwIfAborted();
  const name = `${argv.join(' ').slice(0, 160)} ${launcher.where}`;
  const started = performance.now();
  const child = launch(launcher, announcePid(argv));
  const pid = new PidFilter();
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(pid.pass(chunk)));
  child.stdin.end(options.stdin ?? '');
  const onAbort = (): void => void terminate(launcher, child, pid);
  signal.addEventListener('abort', onAbort, { once: true });
  const code = await ended(child).finally(() => signal.removeEventListener('abort', onAbort));
  stderr.push(pid.rest());
  options.signal?.throwIfAborted();
  if (signal.aborted)
    throw new ExecTransportError(`${name}: no end within ${timeoutMs} ms; it was killed`, { started: true });
  const said = Buffer.concat(stderr).toString('utf8');
  if (pid.pid === undefined || code === undefined)
    throw new ExecTransportError(
      `${name}: ${pid.pid === undefined ? 'not started' : 'lost'}: ${said.trim().slice(-400)}`,
      { started: pid.pid !== undefined },
    );
  return {
    code,
    stdout: Buffer.concat(stdout).toString('utf8'),
    stderr: said,
    durationMs: performance.now() - started,
  };
}

/** Returns once the command runs; throws ExecTransportError when it could not be started. */
export async function spawnBehind(
  launcher: Launcher,
  argv: readonly string[],
  options: { readonly signal?: AbortSignal } = {},
): Promise<LineProcess> {
  options.signal?.throwIfAborted();
  const name = `${argv.join(' ').slice(0, 160)} ${launcher.where}`;
  const child = launch(launcher, announcePid(argv));
  const pid = new PidFilter();
  const stream = new LineStream({
    name,
    write: (text) => void child.stdin.write(text),
    terminate: () => terminate(launcher, child, pid),
  });
  child.stdout.on('data', (chunk: Buffer) => stream.feed(chunk));
  child.stderr.on('data', (chunk: Buffer) => stream.feedStderr(pid.pass(chunk)));
  const end = ended(child);
  void end.then((code) => {
    stream.feedStderr(pid.rest());
    stream.ended({ code, reason: code === undefined ? 'killed' : `exit code ${code}` });
  });
  await Promise.race([pid.known, end]);
  if (pid.pid === undefined)
    throw new ExecTransportError(`${name}: not started: ${stream.stderrTail().trim().slice(-400)}`, { started: false });
  if (options.signal !== undefined) {
    const onAbort = (): void => void stream.stop();
    options.signal.addEventListener('abort', onAbort, { once: true });
    void end.then(() => options.signal?.removeEventListener('abort', onAbort));
  }
  return stream;
}

/** Exit code, undefined when a signal ended the local program. */
function ended(child: Child): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? undefined));
  });
}

/** TERM inside, a grace period, KILL inside, and last the local program. */
async function terminate(launcher: Launcher, child: Child, pid: PidFilter): Promise<void> {
  const over = new Promise<boolean>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve(true);
    else child.once('close', () => resolve(true));
  });
  for (const signal of ['TERM', 'KILL'] as const) {
    if (pid.pid === undefined) break;
    const kill = launch(launcher, killCommand(pid.pid, signal));
    await ended(kill).catch(() => undefined);
    if (await Promise.race([over, later(graceMs)])) return;
  }
  child.kill('SIGKILL');
  await Promise.race([over, later(graceMs)]);
}

function later(ms: number): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), ms).unref());
}
