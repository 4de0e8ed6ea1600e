/** KubeApi over a connection. */
import type { ExecOptions, ExecResult, KubeApi, LineProcess, ListOptions, PodRef, WaitOptions } from '../cluster.ts';
import type { KubernetesObject } from '../kubernetes-object.ts';
import { recordAction } from '../../run/record-action.ts';
import { pollUntil } from '../wait.ts';
import { ApiError } from './api-error.ts';
import type { Connection } from './connection.ts';
import { describeObjects } from './describe-objects.ts';
import { parseManifest } from './manifest.ts';
import { execInPod, spawnInPod } from './pod-exec.ts';
import { followLogs, readLogs, type LogOptions } from './pod-logs.ts';
import { recordAddresses, recordApply, recordDelete, recordPatch } from './record-objects.ts';
import { ResourcePaths } from './resource-paths.ts';

const fieldManager = 'staleproof';

export interface KubeClientOptions {
  /** Put on every applied object. */
  readonly labels: Readonly<Record<string, string>>;
  /** Between two looks of a wait: 150 ms suits a cluster on this machine. */
  readonly pollMs?: number;
  /** Called before an object is applied: the journal of a foreign cluster. */
  readonly beforeApply?: (object: KubernetesObject) => Promise<void>;
}

type Target = Parameters<KubeApi['patch']>[0];

export class KubeClient implements KubeApi {
  readonly #connection: Connection;
  readonly #paths: ResourcePaths;
  readonly #options: KubeClientOptions;

  constructor(connection: Connection, options: KubeClientOptions) {
    this.#connection = connection;
    this.#paths = new ResourcePaths(connection);
    this.#options = options;
  }

  async apply<T extends KubernetesObject>(object: T, signal?: AbortSignal): Promise<T> {
    const labels = { ...object.metadata.labels, ...this.#options.labels };
    const { apiVersion, kind, metadata } = object;
    const path = await this.#paths.path(
      { apiVersion, kind, name: metadata.name, namespace: metadata.namespace },
      signal,
    );
    await this.#options.beforeApply?.(object);
    recordApply(object);
    const applied = await this.#connection.request({
      method: 'PATCH',
      path: `${path}?fieldManager=${fieldManager}&force=true`,
      body: { ...object, metadata: { ...metadata, labels } },
      contentType: 'application/apply-patch+yaml',
      signal,
    });
    recordAddresses([applied as T]);
    return applied as T;
  }

  async applyYaml(
    yaml: string,
    substitute: Readonly<Record<string, string>> = {},
    signal?: AbortSignal,
  ): Promise<readonly KubernetesObject[]> {
    const applied: KubernetesObject[] = [];
    for (const object of await parseManifest(yaml, substitute)) {
      applied.push(await this.apply(object, signal));
      if (object.kind === 'CustomResourceDefinition') await this.#established(object, signal);
    }
    return applied;
  }

  async get<T extends KubernetesObject>(
    apiVersion: string,
    kind: string,
    name: string,
    namespace?: string,
    signal?: AbortSignal,
  ): Promise<T | undefined> {
    const path = await this.#paths.path({ apiVersion, kind, name, namespace }, signal);
    return absentIsUndefined(this.#connection.request({ method: 'GET', path, signal }) as Promise<T>);
  }

  async list<T extends KubernetesObject>(
    apiVersion: string,
    kind: string,
    options: ListOptions = {},
    signal?: AbortSignal,
  ): Promise<readonly T[]> {
    const path = await this.#paths.path({ apiVersion, kind, namespace: options.namespace }, signal);
    const query = new URLSearchParams();
    if (options.labelSelector !== undefined) query.set('labelSelector', options.labelSelector);
    if (options.fieldSelector !== undefined) query.set('fieldSelector', options.fieldSelector);
    const list = await this.#connection.request({ method: 'GET', path: `${path}?${query.toString()}`, signal });
    // Items of a list carry neither apiVersion nor kind.
    const items = (list as { readonly items: readonly T[] }).items.map((item) => ({ ...item, apiVersion, kind }));
    if (options.namespace !== undefined) recordAddresses(items);
    return items;
  }

  async patch(target: Target, patch: unknown, signal?: AbortSignal): Promise<KubernetesObject> {
    const path = await this.#paths.path(target, signal);
    recordPatch(target, patch);
    const request = {
      method: 'PATCH',
      path: `${path}?fieldManager=${fieldManager}`,
      body: patch,
      contentType: 'application/merge-patch+json',
      signal,
    };
    return (await this.#connection.request(request)) as KubernetesObject;
  }

  async delete(
    target: Target,
    options: {
      readonly graceSeconds?: number;
      readonly wait?: boolean;
      readonly timeoutMs?: number;
      readonly uid?: string;
      readonly signal?: AbortSignal;
    } = {},
  ): Promise<void> {
    const { signal } = options;
    const path = await absentIsUndefined(this.#paths.path(target, signal));
    if (path === undefined) return;
    const body = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy: 'Background',
      ...(options.graceSeconds !== undefined && { gracePeriodSeconds: options.graceSeconds }),
      ...(options.uid !== undefined && { preconditions: { uid: options.uid } }),
    };
    const before = await absentIsUndefined(
      this.#connection.request({ method: 'GET', path, signal }) as Promise<KubernetesObject>,
    );
    if (before === undefined) return;
    recordDelete(target, options.graceSeconds);
    await absentIsUndefined(this.#connection.request({ method: 'DELETE', path, body, signal }));
    if (options.wait === false) return;
    let last: KubernetesObject | undefined;
    await pollUntil(
      async (inner) => {
        last = await absentIsUndefined(
          this.#connection.request({ method: 'GET', path, signal: inner }) as Promise<KubernetesObject>,
        );
        // A new object of the same name (a StatefulSet's pod) means that the old one is gone.
        return last === undefined || last.metadata.uid !== before.metadata.uid ? true : undefined;
      },
      {
        what: `${target.kind} ${target.namespace === undefined ? '' : `${target.namespace}/`}${target.name} is deleted`,
        timeoutMs: options.timeoutMs ?? 60_000,
        signal,
        intervalMs: this.#options.pollMs ?? 150,
        lastState: () => describeObjects(last === undefined ? [] : [last]),
      },
    );
  }

  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- see KubeApi
  async waitFor<T extends KubernetesObject, R>(
    target: Parameters<KubeApi['waitFor']>[0],
    done: (objects: readonly T[]) => R | undefined,
    options: WaitOptions,
  ): Promise<R> {
    const { apiVersion, kind, namespace, name, labelSelector } = target;
    const selection: ListOptions = {
      ...(namespace !== undefined && { namespace }),
      ...(labelSelector !== undefined && { labelSelector }),
      ...(name !== undefined && { fieldSelector: `metadata.name=${name}` }),
    };
    let last: readonly T[] = [];
    return pollUntil(
      async (signal) => {
        last = await this.list<T>(apiVersion, kind, selection, signal);
        return done(last);
      },
      {
        ...options,
        intervalMs: this.#options.pollMs ?? 150,
        lastState: () => (last.length === 0 ? `no ${kind}` : describeObjects(last)),
      },
    );
  }

  logs(pod: PodRef, options?: LogOptions): Promise<string> {
    return readLogs(this.#connection, pod, options);
  }

  followLogs(pod: PodRef, signal?: AbortSignal): Promise<LineProcess> {
    return followLogs(this.#connection, pod, signal);
  }

  exec(pod: PodRef, argv: readonly string[], options?: ExecOptions): Promise<ExecResult> {
    this.#recordExec(pod, argv);
    return execInPod(this.#connection, pod, argv, options);
  }

  spawn(pod: PodRef, argv: readonly string[], options?: { readonly signal?: AbortSignal }): Promise<LineProcess> {
    this.#recordExec(pod, argv, true);
    return spawnInPod(this.#connection, pod, argv, options);
  }

  raw(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<unknown> {
    if (method !== 'GET') recordAction({ do: 'request', method, path, ...(body === undefined ? {} : { body }) });
    return this.#connection.request({ method, path, body, signal });
  }

  #recordExec({ namespace, name, container }: PodRef, argv: readonly string[], kept = false): void {
    const pod = { apiVersion: 'v1', kind: 'Pod', namespace, name };
    recordAction({
      do: 'exec',
      pod,
      argv,
      ...(container === undefined ? {} : { container }),
      ...(kept ? { kept } : {}),
    });
  }

  async #established(crd: KubernetesObject, signal?: AbortSignal): Promise<void> {
    interface Crd extends KubernetesObject {
      readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
    }
    await this.waitFor<Crd, true>(
      { apiVersion: crd.apiVersion, kind: crd.kind, name: crd.metadata.name },
      ([found]) =>
        found?.status?.conditions?.some((one) => one.type === 'Established' && one.status === 'True') === true
          ? true
          : undefined,
      {
        what: `CustomResourceDefinition ${crd.metadata.name} is established`,
        timeoutMs: 30_000,
        ...(signal !== undefined && { signal }),
      },
    );
  }
}

async function absentIsUndefined<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}
