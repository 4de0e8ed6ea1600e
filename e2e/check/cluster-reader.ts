/** Reads a cluster's API and nothing else: every request is a GET of a table of reads. What could not be read is kept with its reason. */
import { isApiError } from '../harness/cluster/kube/api-error.ts';
import type { Connection } from '../harness/cluster/kube/connection.ts';
import { ListItems } from './list-items.ts';
import type { ConfigRead, ListRead } from './reads.ts';

/** A page that is answered within a second by a busy server. A server that answers from its watch cache may send all at once. */
const PAGE = 1000;

export interface Missing {
  /** `list pods`, as one asks `kubectl auth can-i`. */
  readonly what: string;
  readonly why: string;
}

export class ClusterReader {
  readonly #connection: Connection;
  readonly #signal: AbortSignal;
  readonly missing: Missing[] = [];
  /** Requests sent. */
  requests = 0;

  constructor(connection: Connection, signal: AbortSignal) {
    this.#connection = connection;
    this.#signal = signal;
  }

  /** Hands over each object of a kind. False, and an entry in `missing`, when it did not see them all. */
  async list(read: ListRead, each: (item: unknown) => void): Promise<boolean> {
    let next: string | undefined;
    try {
      do {
        // Version 0: the server answers from its cache and asks etcd for nothing. A token brings its own version.
        const query = new URLSearchParams({ limit: String(PAGE) });
        query.set(next === undefined ? 'resourceVersion' : 'continue', next ?? '0');
        next = await this.#page(`${read.path}?${query.toString()}`, each);
      } while (next !== undefined);
      return true;
    } catch (error) {
      this.#misses(`list ${read.resource}${read.group === '' ? '' : `.${read.group}`}`, error);
      return false;
    }
  }

  /** Data of a ConfigMap; undefined when there is none, or, with an entry in `missing`, when it could not be read. */
  async config({ namespace, name }: ConfigRead): Promise<Readonly<Record<string, string>> | undefined> {
    try {
      this.requests += 1;
      const path = `/api/v1/namespaces/${namespace}/configmaps/${name}`;
      const found = await this.#connection.request({ method: 'GET', path, signal: this.#signal });
      return (found as { readonly data?: Readonly<Record<string, string>> }).data ?? {};
    } catch (error) {
      if (!isApiError(error, 404)) this.#misses(`get configmaps/${name} -n ${namespace}`, error);
      return undefined;
    }
  }

  async #page(path: string, each: (item: unknown) => void): Promise<string | undefined> {
    this.requests += 1;
    const stream = await this.#connection.stream({ method: 'GET', path, signal: this.#signal });
    const items = new ListItems(each);
    for await (const chunk of stream) items.push(chunk as Buffer);
    const { metadata } = items.end() as { readonly metadata?: { readonly continue?: string } };
    return metadata?.continue === '' ? undefined : metadata?.continue;
  }

  #misses(what: string, error: unknown): void {
    const why = this.#signal.aborted
      ? 'no time was left for it'
      : error instanceof SyntaxError
        ? 'the answer broke off or is no JSON'
        : (error as Error).message;
    this.missing.push({ what, why });
  }
}
