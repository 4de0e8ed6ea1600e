/** For tests: an API server that pages lists and refuses what no rule allows, as RBAC does. It has objects, and takes no write. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Rule } from './rbac.ts';

export interface StandInObjects {
  readonly nodes: readonly object[];
  readonly pods: readonly object[];
  readonly services: readonly object[];
  readonly configs: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface StandInOptions {
  /** Undefined: everything is allowed. `namespace`: of a Role. */
  readonly rules?: readonly (Rule & { readonly namespace?: string | undefined })[];
  /** Answers version 0 whole, whatever the limit, as a watch cache may. */
  readonly ignoresLimit?: boolean;
  /** Status of every second and later page of a list: 410 as for a token that is too old. */
  readonly laterPages?: number;
}

interface Asked {
  readonly resource: string;
  readonly namespace?: string;
  readonly name?: string;
}

export class StandInApi {
  readonly kubeconfig: string;
  /** `GET /api/v1/pods?limit=…` */
  readonly seen: string[];
  readonly stop: () => Promise<void>;

  private constructor(kubeconfig: string, seen: string[], stop: () => Promise<void>) {
    this.kubeconfig = kubeconfig;
    this.seen = seen;
    this.stop = stop;
  }

  static async start(objects: StandInObjects, options: StandInOptions = {}): Promise<StandInApi> {
    const seen: string[] = [];
    const server = createServer((request, response) => {
      seen.push(`${request.method ?? ''} ${request.url ?? ''}`);
      answer(objects, options, request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const folder = await mkdtemp(join(tmpdir(), 'staleproof-stand-in-'));
    const kubeconfig = join(folder, 'kubeconfig');
    const config = {
      ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'prod' },
      contexts: [{ name: 'prod', context: { cluster: 'c', user: 'u' } }],
      clusters: [{ name: 'c', cluster: { server: `http://127.0.0.1:${(server.address() as AddressInfo).port}` } }],
      users: [{ name: 'u', user: {} }],
    };
    await writeFile(kubeconfig, JSON.stringify(config));
    return new StandInApi(kubeconfig, seen, async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    });
  }
}

function answer(
  objects: StandInObjects,
  options: StandInOptions,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const url = new URL(request.url ?? '', 'http://stand-in');
  const asked = resourceOf(url.pathname);
  const verb = asked?.name === undefined ? 'list' : 'get';
  if (request.method !== 'GET' || asked === undefined || !allows(options, verb, asked)) {
    const what = `${asked?.resource ?? url.pathname} is forbidden: User "looker" cannot ${verb} resource`;
    return refuse(response, 403, 'Forbidden', what);
  }
  if (asked.resource === 'configmaps') {
    const data = objects.configs[`${asked.namespace ?? ''}/${asked.name ?? ''}`];
    if (data === undefined) return refuse(response, 404, 'NotFound', `configmaps "${asked.name ?? ''}" not found`);
    return send(response, JSON.stringify({ metadata: { name: asked.name }, data }));
  }
  const from = Number(url.searchParams.get('continue') ?? 0);
  if (from > 0 && options.laterPages !== undefined)
    return refuse(response, options.laterPages, 'Expired', 'The provided continue parameter is too old');
  const all = objects[asked.resource as 'nodes' | 'pods' | 'services'];
  const isWhole = options.ignoresLimit === true && url.searchParams.get('resourceVersion') === '0';
  const to = isWhole ? all.length : from + Number(url.searchParams.get('limit') ?? all.length);
  const metadata = { resourceVersion: '7', ...(to < all.length && { continue: String(to) }) };
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.write(`{"kind":"List","apiVersion":"v1","metadata":${JSON.stringify(metadata)},"items":[`);
  // In pieces: a list of 100,000 pods is no string.
  for (let at = from; at < Math.min(to, all.length); at += 200) {
    const piece = all.slice(at, Math.min(at + 200, to)).map((object) => JSON.stringify(object));
    response.write(`${at > from ? ',' : ''}${piece.join(',')}`);
  }
  response.end(']}\n');
}

function resourceOf(path: string): Asked | undefined {
  const [, resource, namespace, ofNamespace, name] =
    /^\/api\/v1\/(?:(nodes|pods|services)|namespaces\/([^/]+)\/(configmaps)\/([^/]+))$/.exec(path) ?? [];
  if (resource !== undefined) return { resource };
  if (namespace === undefined || ofNamespace === undefined || name === undefined) return undefined;
  return { resource: ofNamespace, namespace, name };
}

function allows({ rules }: StandInOptions, verb: string, { resource, namespace, name }: Asked): boolean {
  if (rules === undefined) return true;
  return rules.some(
    (rule) =>
      rule.apiGroups.includes('') &&
      rule.resources.includes(resource) &&
      rule.verbs.includes(verb) &&
      (rule.namespace === undefined || rule.namespace === namespace) &&
      (rule.resourceNames === undefined || (name !== undefined && rule.resourceNames.includes(name))),
  );
}

function refuse(response: ServerResponse, code: number, reason: string, message: string): void {
  response.writeHead(code, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify({ kind: 'Status', status: 'Failure', reason, message, code }));
}

function send(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.end(text);
}
