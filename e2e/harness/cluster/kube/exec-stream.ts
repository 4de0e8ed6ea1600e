/** One command over the exec subresource: frames of the channel protocol in, streams and one end out. */
import type WebSocket from 'ws';
import { announcePid, PidFilter } from '../remote-pid.ts';
import type { PodRef } from '../cluster.ts';
import { ExecTransportError } from './api-error.ts';
import type { Connection } from './connection.ts';

const channel = { stdin: 0, stdout: 1, stderr: 2, status: 3, close: 255 } as const;
const protocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];

/** Servers limit the size of a message. */
const maxFrame = 16_384;

interface ExecStatus {
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: { readonly causes?: readonly { readonly reason?: string; readonly message?: string }[] };
}

export interface ExecSinks {
  stdout(chunk: Buffer): void;
  stderr(chunk: Buffer): void;
}

export interface ExecStream {
  /** Resolves with the exit code; rejects with ExecTransportError when the stream ends without saying one. */
  readonly end: Promise<number>;
  readonly pid: PidFilter;
  write(data: string): void;
  /** Half-closes stdin; servers of Kubernetes 1.30 and later (v5) understand it. */
  endInput(): void;
  /** Drops the stream; the command is not ended by this. */
  drop(): void;
}

export function describeExec(pod: PodRef, argv: readonly string[]): string {
  return `exec ${argv.join(' ').slice(0, 120)} in ${pod.namespace}/${pod.name}${pod.container === undefined ? '' : `/${pod.container}`}`;
}

/** Throws ApiError when the server refuses, ApiTransportError when the stream cannot be opened. */
export async function openExec(
  connection: Connection,
  pod: PodRef,
  argv: readonly string[],
  sinks: ExecSinks,
  options: { readonly stdin: boolean; readonly signal?: AbortSignal | undefined },
): Promise<ExecStream> {
  const query = new URLSearchParams({ stdout: 'true', stderr: 'true', stdin: String(options.stdin) });
  if (pod.container !== undefined) query.set('container', pod.container);
  for (const part of announcePid(argv)) query.append('command', part);
  const path = `/api/v1/namespaces/${encodeURIComponent(pod.namespace)}/pods/${encodeURIComponent(pod.name)}/exec?${query.toString()}`;
  const socket = await connection.socket(path, protocols, options.signal);
  const pid = new PidFilter();
  const name = describeExec(pod, argv);
  const end = new Promise<number>((resolve, reject) => {
    const broken = (what: string, cause?: unknown): void =>
      reject(
        new ExecTransportError(
          `${name}: ${what} before an exit status (${pid.pid === undefined ? 'not started' : `started as pid ${pid.pid}`})`,
          { started: pid.pid !== undefined },
          { cause },
        ),
      );
    socket.on('message', (data: Buffer) => {
      const payload = data.subarray(1);
      if (data[0] === channel.stdout) sinks.stdout(payload);
      else if (data[0] === channel.stderr) sinks.stderr(pid.pass(payload));
      else if (data[0] === channel.status) settle(payload);
    });
    // A stream may close without a status frame (kubernetes-client/javascript#714); then nobody else would ever settle this.
    socket.on('close', (code: number) => broken(`the stream closed (${code})`));
    socket.on('error', (error: Error) => broken(`the stream broke (${error.message})`, error));
    function settle(payload: Buffer): void {
      sinks.stderr(pid.rest());
      const code = exitCode(payload);
      if (typeof code === 'number') resolve(code);
      else reject(new ExecTransportError(`${name}: ${code}`, { started: pid.pid !== undefined, refused: true }));
      socket.close();
    }
  });
  // Whoever opened the stream may stop caring before it ends.
  end.catch(() => undefined);
  return {
    end,
    pid,
    write: (data) => {
      const bytes = Buffer.from(data);
      for (let at = 0; at < bytes.length; at += maxFrame)
        sendFrame(socket, channel.stdin, bytes.subarray(at, at + maxFrame));
    },
    endInput: () => {
      if (socket.protocol === protocols[0]) sendFrame(socket, channel.close, Buffer.from([channel.stdin]));
    },
    drop: () => socket.terminate(),
  };
}

function sendFrame(socket: WebSocket, to: number, data: Buffer): void {
  if (socket.readyState === socket.OPEN) socket.send(Buffer.concat([Buffer.from([to]), data]));
}

/** The exit code, or the server's words when the command could not be run. */
function exitCode(payload: Buffer): number | string {
  const text = payload.toString('utf8');
  let status: ExecStatus;
  try {
    status = JSON.parse(text) as ExecStatus;
  } catch {
    return `unreadable status frame: ${text.slice(0, 200)}`;
  }
  if (status.status === 'Success') return 0;
  const cause = status.details?.causes?.find((one) => one.reason === 'ExitCode')?.message;
  const code = Number(cause);
  return cause !== undefined && Number.isInteger(code)
    ? code
    : (status.message ?? status.reason ?? 'failed without a reason');
}
