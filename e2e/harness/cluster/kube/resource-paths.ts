/** From apiVersion and kind to a URL path, by the server's own discovery: knows custom resources too. */
import { ApiError } from './api-error.ts';
import type { Connection } from './connection.ts';

export interface Resource {
  readonly plural: string;
  readonly namespaced: boolean;
}

interface ApiResourceList {
  readonly resources: readonly { readonly name: string; readonly kind: string; readonly namespaced: boolean }[];
}

export class ResourcePaths {
  readonly #connection: Connection;
  readonly #groups = new Map<string, Promise<ReadonlyMap<string, Resource>>>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Throws ApiError 404 when the server does not serve the kind; a miss asks again, because a CRD may be new. */
  async find(apiVersion: string, kind: string, signal?: AbortSignal): Promise<Resource> {
    const known = this.#groups.get(apiVersion);
    const cached = known && (await known).get(kind);
    if (cached !== undefined) return cached;
    const fresh = this.#discover(apiVersion, signal);
    this.#groups.set(apiVersion, fresh);
    try {
      const resource = (await fresh).get(kind);
      if (resource !== undefined) return resource;
    } catch (error) {
      this.#groups.delete(apiVersion);
      if (!(error instanceof ApiError && error.status === 404)) throw error;
    }
    throw new ApiError(`discovery of ${apiVersion} ${kind}`, 404, 'NotFound', `the server does not serve this kind`);
  }

  /** `/api/v1/namespaces/x/pods/y`; without a name the collection, without a namespace all of them. */
  async path(
    target: {
      readonly apiVersion: string;
      readonly kind: string;
      readonly namespace?: string | undefined;
      readonly name?: string | undefined;
      readonly subresource?: string | undefined;
    },
    signal?: AbortSignal,
  ): Promise<string> {
    const { plural, namespaced } = await this.find(target.apiVersion, target.kind, signal);
    const namespace = namespaced && target.name !== undefined ? (target.namespace ?? 'default') : target.namespace;
    return [
      groupPath(target.apiVersion),
      ...(namespaced && namespace !== undefined ? ['namespaces', encodeURIComponent(namespace)] : []),
      plural,
      ...(target.name === undefined ? [] : [encodeURIComponent(target.name)]),
      ...(target.subresource === undefined ? [] : [target.subresource]),
    ].join('/');
  }

  async #discover(apiVersion: string, signal?: AbortSignal): Promise<ReadonlyMap<string, Resource>> {
    const list = (await this.#connection.request({
      method: 'GET',
      path: groupPath(apiVersion),
      signal,
    })) as ApiResourceList;
    return new Map(
      list.resources
        .filter((resource) => !resource.name.includes('/'))
        .map((resource) => [resource.kind, { plural: resource.name, namespaced: resource.namespaced }]),
    );
  }
}

function groupPath(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}
