/** Commands in pods: run to the end, or kept as a line process. The traps of exec over WebSocket are handled here and nowhere else. */
import type { ExecOptions, ExecResult, LineProcess, PodRef } from '../cluster.ts';
import { LineStream } from '../line-process.ts';
import { killCommand } from '../remote-pid.ts';
import { withTimeout } from '../wait.ts';
import { ApiError, ApiTransportError, ExecTransportError } from './api-error.ts';
import type { Connection } from './connection.ts';
import { describeExec, openExec, type ExecStream } from './exec-stream.ts';

const maxTries = 3;
/** Between TERM and KILL. */
const graceMs = 2_000;
const defaultTimeoutMs = 60_000;

/**
 * Runs a command to its end. Tried again only while it is certain that the command did not start; an exit code is never retried.
 * At the deadline or when the signal aborts the command is killed in the container.
 */
export async function execInPod(
  connection: Connection,
  pod: PodRef,
  argv: readonly string[],
  options: ExecOptions = {},
): Promise<ExecResult> {
  const signal = withTimeout(options.timeoutMs ?? defaultTimeoutMs, options.signal);
  const started = performance.now();
  for (let tries = 1; ; tries++) {
    try {
      return await execOnce(connection, pod, argv, options, signal, started);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (signal.aborted)
        throw new ExecTransportError(
          `${describeExec(pod, argv)}: no end within ${options.timeoutMs ?? defaultTimeoutMs} ms; it was killed`,
          { started: true },
        );
      const retry = isUnstarted(error) && tries < maxTries;
      if (retry) continue;
      if (error instanceof ApiTransportError || error instanceof ExecTransportError)
        throw new ExecTransportError(
          `${error.message}${tries > 1 ? ` (${tries} tries)` : ''}`,
          { started: error instanceof ExecTransportError && error.started },
          { cause: error },
        );
      throw error;
    }
  }
}

async function execOnce(
  connection: Connection,
  pod: PodRef,
  argv: readonly string[],
  options: ExecOptions,
  signal: AbortSignal,
  started: number,
): Promise<ExecResult> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  const sinks = {
    stdout: (chunk: Buffer) => void stdout.push(chunk),
    stderr: (chunk: Buffer) => void stderr.push(chunk),
  };
  const stream = await openExec(connection, pod, argv, sinks, { stdin: options.stdin !== undefined, signal });
  const onAbort = (): void => void terminate(connection, pod, stream);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    if (options.stdin !== undefined) {
      stream.write(options.stdin);
      stream.endInput();
    }
    const code = await stream.end;
    signal.throwIfAborted();
    return {
      code,
      stdout: Buffer.concat(stdout).toString('utf8'),
      stderr: Buffer.concat(stderr).toString('utf8'),
      durationMs: performance.now() - started,
    };
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Starts a command and keeps it; returns once it runs in the container. An aborting signal ends it there. */
export async function spawnInPod(
  connection: Connection,
  pod: PodRef,
  argv: readonly string[],
  options: { readonly signal?: AbortSignal } = {},
): Promise<LineProcess> {
  for (let tries = 1; ; tries++) {
    let stream: ExecStream | undefined;
    const process: LineStream = new LineStream({
      name: describeExec(pod, argv),
      write: (text) => stream?.write(text),
      terminate: async () => {
        if (stream !== undefined) await terminate(connection, pod, stream);
      },
    });
    const sinks = {
      stdout: (chunk: Buffer) => process.feed(chunk),
      stderr: (chunk: Buffer) => process.feedStderr(chunk),
    };
    try {
      stream = await openExec(connection, pod, argv, sinks, { stdin: true, signal: options.signal });
      await Promise.race([stream.pid.known, stream.end]);
    } catch (error) {
      stream?.drop();
      if (isUnstarted(error) && tries < maxTries && options.signal?.aborted !== true) continue;
      throw error;
    }
    void stream.end.then(
      (code) => process.ended({ code, reason: `exit code ${code}` }),
      (error: unknown) =>
        process.ended({ code: undefined, reason: error instanceof Error ? error.message : String(error) }),
    );
    if (options.signal !== undefined) {
      const onAbort = (): void => void process.stop();
      if (options.signal.aborted) onAbort();
      else options.signal.addEventListener('abort', onAbort, { once: true });
      void process.exited.then(() => options.signal?.removeEventListener('abort', onAbort));
    }
    return process;
  }
}

/** TERM, a grace period, KILL, then the stream is dropped, so that this ends even when the node does not answer. */
async function terminate(connection: Connection, pod: PodRef, stream: ExecStream): Promise<void> {
  const ended = stream.end.then(
    () => true,
    () => true,
  );
  const within = async (ms: number): Promise<boolean> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), ms)));
    return Promise.race([ended, late]).finally(() => clearTimeout(timer));
  };
  try {
    for (const signal of ['TERM', 'KILL'] as const) {
      if (stream.pid.pid === undefined || (await within(0))) break;
      await killOnce(connection, pod, killCommand(stream.pid.pid, signal));
      if (await within(graceMs)) break;
    }
  } finally {
    stream.drop();
  }
}

async function killOnce(connection: Connection, pod: PodRef, command: readonly string[]): Promise<void> {
  const ignore = (): void => undefined;
  try {
    const kill = await openExec(
      connection,
      pod,
      command,
      { stdout: ignore, stderr: ignore },
      { stdin: false, signal: AbortSignal.timeout(5_000) },
    );
    await Promise.race([kill.end, new Promise((resolve) => setTimeout(resolve, 5_000).unref())]);
    kill.drop();
  } catch {
    // A pod that is gone took its processes with it.
  }
}

/** True when the command cannot have begun, so another try repeats nothing. */
function isUnstarted(error: unknown): boolean {
  if (error instanceof ApiTransportError) return true;
  if (error instanceof ApiError) return error.status >= 500;
  return error instanceof ExecTransportError && !error.started && !error.refused;
}
