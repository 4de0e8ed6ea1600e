/** Waits for a WebSocket to open. `ws` reports a refused upgrade without the body, which holds the reason: it is read here. */
import type { IncomingMessage } from 'node:http';
import type WebSocket from 'ws';
import { ApiTransportError, apiErrorFrom } from './api-error.ts';
import { redact } from '../../run/redact.ts';

export function openSocket(socket: WebSocket, request: string, signal?: AbortSignal): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const deadline = setTimeout(
      () => fail(new ApiTransportError(`${request}: the stream did not open within 30 s`)),
      30_000,
    );
    const onAbort = (): void => fail(signal?.reason);
    const settle = (): void => {
      clearTimeout(deadline);
      signal?.removeEventListener('abort', onAbort);
    };
    function fail(error: unknown): void {
      settle();
      // Terminating while connecting emits an error; nobody else listens to it.
      socket.on('error', () => undefined);
      socket.terminate();
      reject(error);
    }
    signal?.addEventListener('abort', onAbort, { once: true });
    socket.once('open', () => {
      settle();
      resolve(socket);
    });
    socket.once('error', (error) =>
      fail(new ApiTransportError(`${request}: ${redact(error.message)}`, { cause: error })),
    );
    socket.once('unexpected-response', (_request, response: IncomingMessage) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('close', () =>
        fail(apiErrorFrom(request, response.statusCode ?? 0, Buffer.concat(chunks).toString('utf8'))),
      );
    });
  });
}
