/** For tests: an HTTP server that behaves like an API server where this room cares. Commands given to exec really run, on this machine. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type WebSocket, WebSocketServer } from 'ws';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly contentType: string | undefined;
}

/** What the next exec upgrades do; when the list is empty they work. */
export type ExecFault =
  | { readonly kind: 'refuse'; readonly status: number; readonly message: string }
  | { readonly kind: 'reset' }
  | { readonly kind: 'close-before-start' }
  | { readonly kind: 'no-status-frame' };

type Answer = (request: SeenRequest, response: ServerResponse) => boolean;

export class FakeApiServer {
  readonly seen: SeenRequest[] = [];
  readonly execFaults: ExecFault[] = [];
  /** Commands that were really started. */
  readonly started: (readonly string[])[] = [];
  readonly kubeconfig: string;
  readonly port: number;
  #answers: Answer[] = [];
  readonly #folder: string;
  readonly #close: () => Promise<void>;
  readonly #cut: () => void;

  private constructor(folder: string, kubeconfig: string, port: number, cut: () => void, close: () => Promise<void>) {
    this.#folder = folder;
    this.kubeconfig = kubeconfig;
    this.port = port;
    this.#cut = cut;
    this.#close = close;
  }

  /** @param port of an earlier one, to be that server once more */
  static async start(token: string, port = 0): Promise<FakeApiServer> {
    const children = new Set<ChildProcess>();
    const http = createServer((request, response) => void fake.#serve(request, response));
    const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'v5.channel.k8s.io' });
    http.on('upgrade', (request, socket, head) => {
      const fault = fake.execFaults.shift();
      if (fault?.kind === 'reset') return void socket.destroy();
      if (fault?.kind === 'refuse') {
        const body = JSON.stringify({ kind: 'Status', status: 'Failure', reason: 'NotFound', message: fault.message });
        return void socket.end(
          `HTTP/1.1 ${fault.status} X\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
        );
      }
      sockets.handleUpgrade(request, socket, head, (ws) => {
        if (fault?.kind === 'close-before-start') return ws.close();
        const argv = new URL(request.url ?? '', 'http://fake').searchParams.getAll('command');
        fake.started.push(argv);
        children.add(runCommand(ws, argv, fault?.kind !== 'no-status-frame'));
      });
    });
    await new Promise<void>((resolve) => http.listen(port, '127.0.0.1', resolve));
    const folder = await mkdtemp(join(tmpdir(), 'staleproof-fake-'));
    const listening = (http.address() as AddressInfo).port;
    const server = `http://127.0.0.1:${listening}`;
    const kubeconfig = join(folder, 'kubeconfig');
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'fake',
      contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'fake' } }],
      clusters: [{ name: 'fake', cluster: { server } }],
      users: [{ name: 'fake', user: { token } }],
    };
    await writeFile(kubeconfig, JSON.stringify(config));
    const cut = (): void => {
      for (const client of sockets.clients) client.terminate();
    };
    const fake = new FakeApiServer(folder, kubeconfig, listening, cut, async () => {
      for (const child of children) child.kill('SIGKILL');
      cut();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    });
    return fake;
  }

  /** The latest answer is asked first; it returns false to pass. */
  on(method: string, path: string | RegExp, answer: (request: SeenRequest) => unknown, status = 200): void {
    this.#answers.unshift((request, response) => {
      const plain = request.path.split('?')[0] ?? '';
      if (request.method !== method || !(typeof path === 'string' ? plain === path : path.test(plain))) return false;
      const body = answer(request);
      if (body === undefined) return false;
      response.writeHead(status, { 'Content-Type': 'application/json' });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
      return true;
    });
  }

  fail(method: string, path: string | RegExp, status: number, reason: string, message: string): void {
    this.on(method, path, () => ({ kind: 'Status', status: 'Failure', reason, message, code: status }), status);
  }

  /** `/api/v1` with pods and namespaces. */
  serveCore(): void {
    const resources = [
      { name: 'pods', kind: 'Pod', namespaced: true },
      { name: 'pods/log', kind: 'Pod', namespaced: true },
      { name: 'namespaces', kind: 'Namespace', namespaced: false },
    ];
    this.on('GET', '/api/v1', () => ({ kind: 'APIResourceList', resources }));
  }

  /** Every open exec stream breaks, as when a kubelet dies; commands go on. */
  cutExecs(): void {
    this.#cut();
  }

  /** Nobody listens there any more; the kubeconfig stays. */
  async refuse(): Promise<void> {
    await this.#close();
  }

  async stop(): Promise<void> {
    await this.#close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const seen: SeenRequest = {
      method: request.method ?? '',
      path: request.url ?? '',
      body: text === '' ? undefined : (JSON.parse(text) as unknown),
      contentType: request.headers['content-type'],
    };
    this.seen.push(seen);
    if (this.#answers.some((answer) => answer(seen, response))) return;
    response
      .writeHead(404)
      .end(JSON.stringify({ kind: 'Status', reason: 'NotFound', message: `${seen.path} not found` }));
  }
}

/** As a container runtime does: a session of its own, channels by stream, the exit code in a status frame. */
function runCommand(ws: WebSocket, argv: readonly string[], sendStatus: boolean): ChildProcess {
  const [file = 'false', ...args] = argv;
  const child = spawn(file, args, { detached: true, stdio: 'pipe' });
  const frame = (channel: number, data: Buffer | string): void =>
    ws.send(Buffer.concat([Buffer.from([channel]), Buffer.from(data)]));
  child.stdout.on('data', (chunk: Buffer) => frame(1, chunk));
  child.stderr.on('data', (chunk: Buffer) => frame(2, chunk));
  child.stdin.on('error', () => undefined);
  ws.on('message', (data: Buffer) => {
    if (data[0] === 0) child.stdin.write(data.subarray(1));
    if (data[0] === 255) child.stdin.end();
  });
  child.on('close', (code, signal) => {
    const exit = signal === null ? (code ?? 1) : 128 + (signal === 'SIGKILL' ? 9 : 15);
    const failure = {
      status: 'Failure',
      reason: 'NonZeroExitCode',
      details: { causes: [{ reason: 'ExitCode', message: String(exit) }] },
    };
    if (sendStatus) frame(3, JSON.stringify(exit === 0 ? { status: 'Success' } : failure));
    ws.close();
  });
  return child;
}
