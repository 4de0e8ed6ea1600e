/** Rows about an existing cluster: that it answers, and `auth can-i` for everything that the suite does there. */
import type { KubeConfig } from '@kubernetes/client-node';
import type { Row } from './check.ts';

export interface Access {
  readonly verb: string;
  readonly group?: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
}

interface Need extends Access {
  readonly neededBy: string;
}

const all = 'all areas';
const helper = 'node access: a helper DaemonSet of the suite, privileged, in a namespace of its own';

export const clusterNeeds: readonly Need[] = [
  ...['create', 'delete', 'list'].map((verb) => ({
    verb,
    resource: 'namespaces',
    neededBy: `${all}: a namespace a spec`,
  })),
  ...['create', 'delete', 'list', 'watch'].map((verb) => ({ verb, resource: 'pods', neededBy: all })),
  { verb: 'create', resource: 'pods', subresource: 'exec', neededBy: all },
  { verb: 'get', resource: 'pods', subresource: 'log', neededBy: all },
  { verb: 'list', resource: 'nodes', neededBy: all },
  { verb: 'list', resource: 'events', neededBy: 'diagnostics of a failure' },
  ...['create', 'delete'].map((verb) => ({ verb, resource: 'services', neededBy: 'udp, race' })),
  {
    verb: 'list',
    group: 'discovery.k8s.io',
    resource: 'endpointslices',
    neededBy: 'udp: evidence that an endpoint left',
  },
  { verb: 'create', group: 'apps', resource: 'daemonsets', neededBy: helper },
  { verb: 'delete', group: 'apps', resource: 'daemonsets', neededBy: helper },
  {
    verb: 'create',
    group: 'coordination.k8s.io',
    resource: 'leases',
    neededBy: 'two runs on one cluster must not meet',
  },
  { verb: 'create', group: 'networking.k8s.io', resource: 'networkpolicies', neededBy: 'race' },
  { verb: 'list', resource: 'pods', namespace: 'kube-system', neededBy: 'race: the agent and its log' },
  { verb: 'watch', resource: 'configmaps', neededBy: 'watch' },
  { verb: 'create', group: 'rbac.authorization.k8s.io', resource: 'clusterroles', neededBy: 'watch, capture' },
  { verb: 'create', group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions', neededBy: 'capture' },
];

/** As one would ask kubectl: `create pods --subresource=exec -n kube-system`. */
export function canIText({ verb, group, resource, subresource, namespace }: Access): string {
  return [
    `${verb} ${resource}${group === undefined ? '' : `.${group}`}`,
    ...(subresource === undefined ? [] : [`--subresource=${subresource}`]),
    ...(namespace === undefined ? [] : [`-n ${namespace}`]),
  ].join(' ');
}

/** Never throws: what is wrong with the context or the cluster is a row. */
export async function clusterRows(context: string, kubeconfig?: string): Promise<readonly Row[]> {
  try {
    const { AuthorizationV1Api, KubeConfig, V1SelfSubjectAccessReview, VersionApi } =
      await import('@kubernetes/client-node');
    const config = new KubeConfig();
    if (kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(kubeconfig);
    checkContext(config, context);
    const { gitVersion } = await config.makeApiClient(VersionApi).getCode();
    const reviews = config.makeApiClient(AuthorizationV1Api);
    const rows = clusterNeeds.map(async ({ neededBy, ...access }): Promise<Row> => {
      const body = Object.assign(new V1SelfSubjectAccessReview(), { spec: { resourceAttributes: access } });
      const { status } = await reviews.createSelfSubjectAccessReview({ body });
      const allowed = status?.allowed === true;
      const remedy = allowed
        ? ''
        : `a role that allows it; ask: kubectl --context ${context} auth can-i ${canIText(access)}`;
      const what = `can-i ${canIText(access)}`;
      return { what, state: allowed ? 'ok' : 'missing', found: allowed ? 'yes' : 'no', neededBy, remedy };
    });
    return [
      { what: `context ${context}`, state: 'ok', found: gitVersion, neededBy: all, remedy: '' },
      ...(await Promise.all(rows)),
    ];
  } catch (error) {
    const found = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
    const remedy = `kubectl --context ${context} version has to work first`;
    return [{ what: `context ${context}`, state: 'missing', found, neededBy: all, remedy }];
  }
}

function checkContext(config: KubeConfig, context: string): void {
  const known = config.getContexts().map(({ name }) => name);
  if (!known.includes(context)) throw new Error(`no such context; known: ${known.join(', ') || 'none'}`);
  config.setCurrentContext(context);
}
