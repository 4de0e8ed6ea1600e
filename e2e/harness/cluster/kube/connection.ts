/**
 * One API server: credentials from a kubeconfig (client-node does every kind of login), plain JSON in and out.
 * The typed clients of client-node are not used: they turn timestamps into Dates and drop fields that they do not know.
 */
import type { IncomingMessage, RequestOptions } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type WebSocket from 'ws';
import { ApiError, ApiTransportError, apiErrorFrom } from './api-error.ts';
import { redact } from '../../run/redact.ts';
import { keepLogin, type KubeconfigSource, loadKubeconfig, LoginError, loginError } from './load-kubeconfig.ts';
import { exportedUser, forgetLogin } from './logins.ts';
import { openSocket } from './socket.ts';

interface HttpRequest {
  readonly method: string;
  /** Path and query below the server's address. */
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly signal?: AbortSignal | undefined;
  /** Default 30 s for an answer; 0 for streams. */
  readonly timeoutMs?: number;
}

export interface Connection {
  readonly server: string;
  readonly context: string;
  /** A kubeconfig with this context and nothing else; holds credentials. */
  kubeconfigText(): string;
  /** JSON or text of a 2xx answer. Throws ApiError, ApiTransportError, or the signal's reason. Transport failures and 429 are tried again (4 tries) unless it is a POST. */
  request(request: HttpRequest): Promise<unknown>;
  /** The answer's body as a stream, for followed logs. */
  stream(request: HttpRequest): Promise<IncomingMessage>;
  /** An open WebSocket; a refused upgrade throws the server's own text. */
  socket(path: string, protocols: readonly string[], signal?: AbortSignal): Promise<WebSocket>;
  close(): void;
}

const maxTries = 4;

/**
 * Opens a kubeconfig's context; without a path the usual places are read, the pod's service account last. Throws UsageError when a
 * login would go over plain HTTP, which `insecureHttp` allows.
 */
export async function connect(source: KubeconfigSource): Promise<Connection> {
  const [{ KubeConfig }, http, https, { default: WebSocketClient }] = await Promise.all([
    import('@kubernetes/client-node'),
    import('node:http'),
    import('node:https'),
    import('ws'),
  ]);
  const config = loadKubeconfig(new KubeConfig(), source);
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Error(`kubeconfig: context "${config.getCurrentContext()}" names no cluster`);
  // Plain HTTP is what a local fake or `kubectl proxy` speaks; client-node insists on this flag for it.
  if (cluster.server.startsWith('http:'))
    config.clusters = config.clusters.map((c) => (c.name === cluster.name ? { ...c, skipTLSVerify: true } : c));
  const base = new URL(cluster.server);
  const secure = base.protocol === 'https:';
  const prefix = base.pathname.replace(/\/$/, '');
  let agent: RequestOptions['agent'];
  /** The client certificate that `agent` shows: a plugin may give another one. */
  let shownBy = '';
  /** The login that the redactor knows; `null` stands for none yet. */
  let known: unknown = null;

  async function options(): Promise<RequestOptions> {
    const login: RequestOptions & Record<string, unknown> = {};
    await config.applyToHTTPSOptions(login).catch((error: unknown) => {
      throw loginError(error, config.getCurrentContext());
    });
    const authorization = (login.headers as Record<string, unknown> | undefined)?.['Authorization'];
    if (authorization !== known) keepLogin(login);
    known = authorization;
    if (cluster?.proxyUrl === undefined) {
      const { ca, cert, key, rejectUnauthorized, servername } = login;
      const identity = `${String(cert)}\n${String(key)}`;
      if (identity !== shownBy) agent = undefined;
      shownBy = identity;
      agent ??= secure
        ? new https.Agent({
            keepAlive: true,
            ca,
            cert,
            key,
            rejectUnauthorized,
            servername,
          } as import('node:https').AgentOptions)
        : new http.Agent({ keepAlive: true });
      login.agent = agent;
    }
    return login;
  }

  async function send(request: HttpRequest): Promise<IncomingMessage> {
    request.signal?.throwIfAborted();
    const login = await options();
    const body = request.body === undefined ? undefined : JSON.stringify(request.body);
    return new Promise((resolve, reject) => {
      const outgoing = (secure ? https : http).request(
        {
          ...login,
          protocol: base.protocol,
          hostname: base.hostname.replace(/^\[(.*)\]$/, '$1'),
          port: base.port === '' ? (secure ? 443 : 80) : base.port,
          method: request.method,
          path: prefix + request.path,
          headers: {
            ...(login.headers as Record<string, string> | undefined),
            Accept: 'application/json, */*',
            'User-Agent': 'staleproof',
            ...(body !== undefined && {
              'Content-Type': request.contentType ?? 'application/json',
              'Content-Length': Buffer.byteLength(body),
            }),
          },
          ...(request.signal !== undefined && { signal: request.signal }),
          timeout: request.timeoutMs ?? 30_000,
        },
        resolve,
      );
      outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${request.timeoutMs ?? 30_000} ms`)));
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  async function answer(request: HttpRequest): Promise<IncomingMessage> {
    const name = `${request.method} ${request.path.split('?')[0] ?? ''}`;
    let renewed = false;
    for (let tries = 1; ; tries++) {
      const again = tries < maxTries && request.method !== 'POST';
      try {
        const response = await send(request);
        const status = response.statusCode ?? 0;
        if (status >= 200 && status < 300) return response;
        // A token that was rotated ends no run: the server did nothing yet, so a POST may go again, too.
        if (status === 401 && !renewed && forgetLogin(config)) {
          renewed = true;
          response.resume();
          continue;
        }
        const error = apiErrorFrom(name, status, await textOf(response));
        if (!(status === 429 && tries < maxTries) && !(status === 503 && again)) throw error;
      } catch (error) {
        request.signal?.throwIfAborted();
        if (error instanceof ApiError || error instanceof LoginError) throw error;
        const reason = redact(error instanceof Error ? error.message : String(error));
        if (!again)
          throw new ApiTransportError(`${name} at ${base.host}: ${reason} (${tries} tries)`, { cause: error });
      }
      await delay(200 * 2 ** tries, undefined, request.signal && { signal: request.signal }).catch(() =>
        request.signal?.throwIfAborted(),
      );
    }
  }

  return {
    server: cluster.server,
    context: config.getCurrentContext(),
    kubeconfigText() {
      const only = new KubeConfig();
      const user = config.getCurrentUser();
      only.loadFromClusterAndUser(cluster, user ?? { name: 'nobody' });
      const { users, ...rest } = JSON.parse(only.exportConfig()) as {
        users: readonly { name: string; user: object }[];
      };
      return JSON.stringify({ ...rest, users: users.map((one) => ({ ...one, user: exportedUser({ ...one.user }) })) });
    },
    async request(request) {
      const text = await textOf(await answer(request)).catch((error: unknown) => {
        request.signal?.throwIfAborted();
        throw new ApiTransportError(`${request.method} ${request.path}: answer broke off: ${String(error)}`, {
          cause: error,
        });
      });
      try {
        return JSON.parse(text) as unknown;
      } catch {
        return text;
      }
    },
    stream: (request) => answer({ ...request, timeoutMs: 0 }),
    async socket(path, protocols, signal) {
      signal?.throwIfAborted();
      const login = await options();
      const url = `${secure ? 'wss' : 'ws'}://${base.host}${prefix}${path}`;
      return openSocket(new WebSocketClient(url, [...protocols], login), `exec ${path.split('?')[0] ?? ''}`, signal);
    },
    close: () => {
      if (typeof agent === 'object') agent.destroy();
    },
  };
}

async function textOf(stream: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
