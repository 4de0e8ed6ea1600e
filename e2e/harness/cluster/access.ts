/** What the suite needs to be allowed, verb by verb and area by area, and whether an account is. */
import { type AreaRights, MANAGE, type Permission, type Right, rights } from './rights.ts';
import type { KubeApi } from './cluster.ts';

export interface AccessAnswer {
  readonly permission: Permission;
  readonly allowed: boolean;
  /** The server's reason, when it gave one. */
  readonly reason: string;
}

const READ = ['get', 'list'] as const;

/** What a run of any area needs. */
const ofEveryArea: readonly Right[] = [
  ...rights(['nodes'], READ, 'to find workers, addresses and versions'),
  ...rights(['namespaces'], MANAGE, 'a namespace per attempt, removed afterwards'),
  ...rights(['pods'], [...MANAGE, 'deletecollection'], 'clients, servers and helpers'),
  ...rights(['pods/log'], ['get'], 'logs as evidence'),
  ...rights(['pods/exec'], ['get', 'create'], 'commands in pods and on nodes'),
  ...rights(['services'], MANAGE, 'Services under test'),
  ...rights(['serviceaccounts'], MANAGE, 'accounts of helpers and subjects'),
  ...rights(['configmaps'], MANAGE, 'configuration of subjects'),
  ...rights(['events'], ['list'], 'events in diagnostics'),
  ...rights(['daemonsets', 'deployments'], MANAGE, 'node helpers and subjects', 'apps'),
  ...rights(['endpointslices'], READ, 'proof that an endpoint left', 'discovery.k8s.io'),
  ...rights(['leases'], [...MANAGE, 'update'], 'two runs keep apart', 'coordination.k8s.io'),
];

/** As one asks kubectl: `delete pods`, `create pods --subresource=exec`, `list daemonsets.apps`. */
export function canI({ group, resource, verb, namespace }: Permission): string {
  const [plain = '', subresource] = resource.split('/');
  return [
    `${verb} ${plain}${group === '' ? '' : `.${group}`}`,
    ...(subresource === undefined ? [] : [`--subresource=${subresource}`]),
    ...(namespace === undefined ? [] : [`-n ${namespace}`]),
  ].join(' ');
}

/** Everything that the given areas need; each permission once, those of every area first. */
export function requiredAccess(areas: readonly AreaRights[]): readonly Permission[] {
  const names = areas.map(({ name }) => name);
  const found = new Map<string, Permission>();
  const add = (right: Right, more: readonly string[]): void => {
    const key = [right.group, right.resource, right.verb, right.namespace].join(' ');
    const before = found.get(key);
    found.set(key, { ...(before ?? right), areas: [...new Set([...(before?.areas ?? []), ...more])] });
  };
  for (const right of ofEveryArea) add(right, names);
  for (const { name, rights: own = [] } of areas) for (const right of own) add(right, [name]);
  return [...found.values()];
}

/** Asks the server, eight questions at a time. Throws only when it cannot be asked. */
export async function checkAccess(
  api: KubeApi,
  areas: readonly AreaRights[],
  signal?: AbortSignal,
): Promise<readonly AccessAnswer[]> {
  const wanted = requiredAccess(areas);
  const answers: AccessAnswer[] = [];
  const queue = wanted.entries();
  const worker = async (): Promise<void> => {
    for (const [index, permission] of queue) answers[index] = await ask(api, permission, signal);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return answers;
}

async function ask(api: KubeApi, permission: Permission, signal?: AbortSignal): Promise<AccessAnswer> {
  const [resource = '', subresource] = permission.resource.split('/');
  const { group, verb, namespace } = permission;
  const review = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: {
      resourceAttributes: {
        group,
        resource,
        verb,
        ...(subresource !== undefined && { subresource }),
        ...(namespace !== undefined && { namespace }),
      },
    },
  };
  const answer = (await api.raw('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', review, signal)) as {
    readonly status: { readonly allowed: boolean; readonly reason?: string };
  };
  return { permission, allowed: answer.status.allowed, reason: answer.status.reason ?? '' };
}
