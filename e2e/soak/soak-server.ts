/** The live page of a soak. Answers on the address that it is told and nowhere else. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { soakMetrics, soakPage, type SoakState } from './soak-metrics.ts';

export interface SoakServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Throws what listen() throws: a port that is taken, an address that this machine does not have. */
export async function serveSoak(
  { host, port }: { readonly host: string; readonly port: number },
  state: () => SoakState,
): Promise<SoakServer> {
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    const answer = (status: number, type: string, text: string): void =>
      void response.writeHead(status, { 'content-type': type, refresh: '10' }).end(text);
    if (path === '/metrics') return answer(200, 'text/plain; version=0.0.4; charset=utf-8', soakMetrics(state()));
    if (path !== '/') return answer(404, 'text/plain', 'here are / and /metrics\n');
    soakPage(state()).then(
      (page) => answer(200, 'text/html; charset=utf-8', page),
      (error: unknown) => answer(500, 'text/plain', String(error)),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
