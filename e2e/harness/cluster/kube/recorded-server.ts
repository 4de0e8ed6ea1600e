/** For tests: an HTTP or HTTPS server that keeps the headers of each request, and refuses the logins that it is told to. */
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface RecordedServer {
  readonly url: string;
  readonly headers: readonly IncomingHttpHeaders[];
  /** `Authorization` of each request. */
  logins(): readonly (string | undefined)[];
  /** That login is answered by 401 from now on. */
  refuse(login: string): void;
  stop(): Promise<void>;
}

/** @param identity PEM, for HTTPS */
export async function recordServer(identity?: {
  readonly key: string;
  readonly cert: string;
}): Promise<RecordedServer> {
  const headers: IncomingHttpHeaders[] = [];
  const refused = new Set<string>();
  const answer: RequestListener = (request, response) => {
    headers.push(request.headers);
    response.writeHead(refused.has(request.headers.authorization ?? '') ? 401 : 200, {
      'Content-Type': 'application/json',
    });
    response.end('{}');
  };
  const http = identity === undefined ? createServer(answer) : createSecureServer(identity, answer);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    url: `http${identity === undefined ? '' : 's'}://127.0.0.1:${(http.address() as AddressInfo).port}`,
    headers,
    logins: () => headers.map(({ authorization }) => authorization),
    refuse: (login) => void refused.add(login),
    async stop() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
