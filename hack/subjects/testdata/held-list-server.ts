/** A stand-in API server whose first list takes its time: whoever changes something before it has an answer is seen. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HeldListServer {
  readonly url: string;
  /** What was asked and answered, in order: `list`, `listed`, `watch`, `update`. */
  readonly order: readonly string[];
  close(): void;
}

/** `holdMs`: how long the first list is held. It answers with what is there at its end, as a slow server does. */
export async function startHeldListServer(holdMs: number): Promise<HeldListServer> {
  const order: string[] = [];
  const streams = new Set<ServerResponse>();
  let version = 1;
  let trigger: Readonly<Record<string, unknown>> | undefined;
  const put = (data: unknown): unknown => {
    version += 1;
    const type = trigger === undefined ? 'ADDED' : 'MODIFIED';
    trigger = {
      ...{ apiVersion: 'v1', kind: 'ConfigMap', data },
      metadata: { name: 'trigger', namespace: 'soak', resourceVersion: String(version), uid: 'u' },
    };
    for (const stream of streams) stream.write(`${JSON.stringify({ type, object: trigger })}\n`);
    return trigger;
  };
  const answer = (response: ServerResponse, code: number, body: unknown): void => {
    response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  const list = (response: ServerResponse): void => {
    order.push('list');
    setTimeout(
      () => {
        order.push('listed');
        const items = trigger === undefined ? [] : [trigger];
        answer(response, 200, {
          ...{ apiVersion: 'v1', kind: 'ConfigMapList', items },
          metadata: { resourceVersion: String(version) },
        });
      },
      order.includes('listed') ? 0 : holdMs,
    );
  };
  const changed = (request: IncomingMessage, response: ServerResponse, text: string): void => {
    // What is made is the trigger, in whatever encoding the client has.
    if (request.method === 'POST') return answer(response, 201, put({ n: '0' }));
    order.push('update');
    const body = JSON.parse(text) as PatchBody;
    answer(response, 200, put(Array.isArray(body) ? body[0]?.value : body.data));
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://stand-in');
    const isGet = request.method === 'GET';
    if (!isGet) {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => changed(request, response, Buffer.concat(chunks).toString()));
    } else if (url.pathname.endsWith('/configmaps/trigger')) {
      if (trigger === undefined) answer(response, 404, { kind: 'Status', reason: 'NotFound', code: 404 });
      else answer(response, 200, trigger);
    } else if (!/^(1|true)$/i.test(url.searchParams.get('watch') ?? '')) list(response);
    else if (url.searchParams.has('sendInitialEvents')) {
      // As a server without streamed lists: the client falls back to a list.
      answer(response, 422, { kind: 'Status', status: 'Failure', reason: 'Invalid', code: 422 });
    } else {
      order.push('watch');
      streams.add(response.writeHead(200, { 'content-type': 'application/json' }));
      response.flushHeaders();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    order,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

type PatchBody = readonly { readonly value?: unknown }[] & { readonly data?: unknown };
