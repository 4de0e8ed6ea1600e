/** Rights on a cluster, as areas declare what they need. */

export interface Right {
  readonly group: string;
  /** `pods`, or with a subresource `pods/exec`. */
  readonly resource: string;
  readonly verb: string;
  /** Only in this namespace; otherwise in every namespace, because namespaces of specs get their names when they are made. */
  readonly namespace?: string;
  readonly why: string;
}

/** What `requiredAccess` is asked about; an area is one. */
export interface AreaRights {
  readonly name: string;
  readonly rights?: readonly Right[];
}

export interface Permission extends Right {
  /** Names of the areas that need it, of those that were asked about. */
  readonly areas: readonly string[];
}

// Server-side apply is a patch, and a creation where there is nothing yet.
export const MANAGE = ['get', 'list', 'create', 'patch', 'delete'] as const;

/** Each verb on each resource, all for one reason. `group` empty: the core group. */
export function rights(
  resources: readonly string[],
  verbs: readonly string[],
  why: string,
  group = '',
): readonly Right[] {
  return resources.flatMap((resource) => verbs.map((verb) => ({ group, resource, verb, why })));
}
