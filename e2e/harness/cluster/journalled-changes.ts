/** Changes to a cluster that are in the journal before they are made. */
import type { Change, Journal } from '../run/journal.ts';
import type { JournalEntry, Place } from '../run/journal-entry.ts';
import type { Cluster, ClusterNode, KubeApi, NodeChange } from './cluster.ts';

/** How gc gets in again; `cluster` for one of ours. */
interface ClusterAccess {
  readonly kubeconfig: string;
  readonly context?: string;
  readonly cluster?: { readonly name: string; readonly network: string };
}

type NamespaceOptions = Parameters<Cluster['createNamespace']>[1];

export class JournalledChanges {
  readonly #journal: Journal;
  readonly #api: KubeApi;
  readonly #access: ClusterAccess;
  readonly #place: (node: ClusterNode) => Place;
  readonly #open = new Set<Change>();
  readonly #leaving = new Map<string, Promise<string | undefined>>();
  readonly #forgotten = new AbortController();

  constructor(journal: Journal, api: KubeApi, access: ClusterAccess, place: (node: ClusterNode) => Place) {
    this.#journal = journal;
    this.#api = api;
    this.#access = access;
    this.#place = place;
  }

  record(entry: JournalEntry): Change {
    const change = this.#journal.record(entry);
    this.#open.add(change);
    return change;
  }

  /** The cluster is gone, and everything that was changed in it. */
  forgetAll(): void {
    this.#forgotten.abort();
    for (const change of this.#open) change.undone();
    this.#open.clear();
  }

  async createNamespace(slug: string, options: NamespaceOptions): ReturnType<Cluster['createNamespace']> {
    const name = namespaceName(slug);
    const change = this.record({ kind: 'namespace', name, ...this.#access });
    const level = options?.podSecurity;
    const labels = level === undefined ? {} : { 'pod-security.kubernetes.io/enforce': level };
    await this.#api.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }, options?.signal);
    // Until its default account is there, a pod in it is refused.
    await this.#api.waitFor(
      { apiVersion: 'v1', kind: 'ServiceAccount', namespace: name, name: 'default' },
      ([account]) => account,
      {
        what: `namespace ${name} has its default service account`,
        timeoutMs: 30_000,
        ...(options?.signal && { signal: options.signal }),
      },
    );
    return {
      name,
      remove: async (signal) => {
        await this.#removePods(name, signal);
        await this.#api.delete(
          { apiVersion: 'v1', kind: 'Namespace', name },
          { wait: false, ...(signal && { signal }) },
        );
        this.#leaving.set(name, this.#untilGone(name, change));
      },
    };
  }

  /**
   * Namespaces that are being deleted are gone when this returns; throws when one is held up. The namespace controller begins
   * only five seconds after the request, which no spec should have to wait for.
   */
  async settled(): Promise<void> {
    const failures = (await Promise.all(this.#leaving.values())).filter((failure) => failure !== undefined);
    if (failures.length > 0) throw new Error(failures.join('; '));
  }

  async #untilGone(name: string, change: Change): Promise<string | undefined> {
    try {
      await this.#api.waitFor(
        { apiVersion: 'v1', kind: 'Namespace', name },
        (found) => (found.length === 0 ? true : undefined),
        {
          what: `namespace ${name} is gone`,
          timeoutMs: 120_000,
          signal: this.#forgotten.signal,
        },
      );
      change.undone();
      this.#leaving.delete(name);
      return undefined;
    } catch (error) {
      return this.#forgotten.signal.aborted ? undefined : (error as Error).message;
    }
  }

  /** The namespace controller looks again only after five seconds when it finds pods that are still ending. */
  async #removePods(namespace: string, signal?: AbortSignal): Promise<void> {
    const options = { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 1 };
    try {
      await this.#api.raw('DELETE', `/api/v1/namespaces/${namespace}/pods`, options, signal);
      await this.#api.waitFor(
        { apiVersion: 'v1', kind: 'Pod', namespace },
        (pods) => (pods.length === 0 ? true : undefined),
        {
          what: `pods of namespace ${namespace} are gone`,
          timeoutMs: 20_000,
          ...(signal && { signal }),
        },
      );
    } catch (error) {
      // Only a shortcut: deleting the namespace does it too, and says what is in the way.
      signal?.throwIfAborted();
      if (!(error instanceof Error)) throw error;
    }
  }

  /** See Cluster.changeNode. */
  async changeNode(node: ClusterNode, { told, argv, stdin, undo, signal }: NodeChange): Promise<() => Promise<void>> {
    const change = this.record({ kind: 'node-change', place: this.#place(node), told, argv: [...undo] });
    // One that failed half-way may have changed something: the journal keeps it until the undo has run.
    await node.run(argv, { ...(signal && { signal }), ...(stdin !== undefined && { stdin }) });
    return async () => {
      await node.run(undo);
      change.undone();
    };
  }

  async setSysctl(node: ClusterNode, key: string, value: string): Promise<() => Promise<void>> {
    const path = `/proc/sys/${key.includes('/') ? key : key.replaceAll('.', '/')}`;
    const original = (await node.run(['cat', path])).trim();
    const change = this.record({ kind: 'sysctl', place: this.#place(node), key, value: original });
    const set = async (wanted: string): Promise<void> => {
      const now = await node.run(['sh', '-c', 'printf %s "$2" > "$1" && cat "$1"', 'sh', path, wanted]);
      if (squeeze(now) !== squeeze(wanted))
        throw new Error(`sysctl ${key} on node ${node.name}: expected ${wanted} after writing it, found ${now.trim()}`);
    };
    await set(value);
    return async () => {
      await set(original);
      change.undone();
    };
  }
}

/** Attempts of one spec and runs of one cluster must not meet. */
function namespaceName(slug: string): string {
  const suffix = Math.random().toString(36).slice(2, 7).padEnd(5, '0');
  return `${slug
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .slice(0, 50)}-${suffix}`;
}

/** Lists (`4096 87380 6291456`) are printed with tabs. */
function squeeze(text: string): string {
  return text.trim().replace(/\s+/g, ' ');
}
