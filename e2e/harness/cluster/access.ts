/** What the suite needs to be allowed, verb by verb and area by area, and whether an account is. */
import type { KubeApi } from './cluster.ts';

export type AccessArea = 'race' | 'udp' | 'watch' | 'capture';

export interface Permission {
  readonly group: string;
  /** `pods`, or with a subresource `pods/exec`. */
  readonly resource: string;
  readonly verb: string;
  /** Only in this namespace; otherwise in every namespace, because namespaces of specs get their names when they are made. */
  readonly namespace?: string;
  readonly areas: readonly AccessArea[];
  readonly why: string;
}

export interface AccessAnswer {
  readonly permission: Permission;
  readonly allowed: boolean;
  /** The server's reason, when it gave one. */
  readonly reason: string;
}

export const accessAreas: readonly AccessArea[] = ['race', 'udp', 'watch', 'capture'];
// Server-side apply is a patch, and a creation where there is nothing yet.
const manage = ['get', 'list', 'create', 'patch', 'delete'] as const;
const read = ['get', 'list'] as const;

function needs(
  resources: readonly string[],
  verbs: readonly string[],
  why: string,
  areas: readonly AccessArea[] = accessAreas,
  more: { readonly group?: string; readonly namespace?: string } = {},
): readonly Permission[] {
  const { group = '', ...scope } = more;
  return resources.flatMap((resource) => verbs.map((verb) => ({ group, resource, verb, areas, why, ...scope })));
}

const permissions: readonly Permission[] = [
  ...needs(['nodes'], read, 'to find workers, addresses and versions'),
  ...needs(['namespaces'], manage, 'a namespace per attempt, removed afterwards'),
  ...needs(['pods'], [...manage, 'deletecollection'], 'clients, servers and helpers'),
  ...needs(['pods/log'], ['get'], 'logs as evidence'),
  ...needs(['pods/exec'], ['get', 'create'], 'commands in pods and on nodes'),
  ...needs(['services'], manage, 'Services under test'),
  ...needs(['serviceaccounts'], manage, 'accounts of helpers and subjects'),
  ...needs(['configmaps'], manage, 'configuration of subjects'),
  ...needs(['events'], ['list'], 'events in diagnostics'),
  ...needs(['daemonsets', 'deployments'], manage, 'node helpers and subjects', accessAreas, { group: 'apps' }),
  ...needs(['endpointslices'], read, 'proof that an endpoint left', accessAreas, { group: 'discovery.k8s.io' }),
  ...needs(['leases'], [...manage, 'update'], 'two runs keep apart', accessAreas, { group: 'coordination.k8s.io' }),
  ...needs(['endpointslices'], ['create', 'patch', 'delete'], 'endpoints without pods', ['udp'], {
    group: 'discovery.k8s.io',
  }),
  ...needs(['statefulsets'], manage, 'pods that keep their names', ['capture'], { group: 'apps' }),
  ...needs(['services/status'], ['patch'], 'an address in the place of a load balancer', ['udp']),
  ...needs(['services', 'pods', 'configmaps'], ['watch'], 'the clients under test watch', ['watch']),
  ...needs(['roles', 'rolebindings'], manage, 'rights of the clients under test', ['watch'], {
    group: 'rbac.authorization.k8s.io',
  }),
  ...needs(['networkpolicies'], manage, 'policies of the flows under test', ['race'], { group: 'networking.k8s.io' }),
  ...needs(['clusterroles', 'clusterrolebindings'], manage, 'rights of agents', ['race', 'capture'], {
    group: 'rbac.authorization.k8s.io',
  }),
  ...needs(['customresourcedefinitions'], manage, 'kinds of agents', ['race', 'capture'], {
    group: 'apiextensions.k8s.io',
  }),
  ...needs(['policyendpoints'], manage, 'policies as the agent reads them', ['race'], { group: 'networking.k8s.aws' }),
  ...needs(['packetcaptures'], manage, 'captures under test', ['capture'], { group: 'capture.staleproof.dev' }),
  // Nobody may hand on a right that he does not have: these are those of the controller and its agents.
  ...needs(['packetcaptures'], ['watch'], 'handed on to the controller and its agents', ['capture'], {
    group: 'capture.staleproof.dev',
  }),
  ...needs(['packetcaptures/status'], ['update'], 'handed on to the controller and its agents', ['capture'], {
    group: 'capture.staleproof.dev',
  }),
  ...needs(['nodes'], ['watch'], 'handed on to the controller', ['capture']),
  ...needs(['pods'], ['watch'], 'handed on to the controller', ['capture']),
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

/** Everything that the given areas need; each permission once. */
export function requiredAccess(areas: readonly AccessArea[] = accessAreas): readonly Permission[] {
  return permissions.filter((permission) => permission.areas.some((area) => areas.includes(area)));
}

/** Asks the server, eight questions at a time. Throws only when it cannot be asked. */
export async function checkAccess(
  api: KubeApi,
  areas?: readonly AccessArea[],
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
