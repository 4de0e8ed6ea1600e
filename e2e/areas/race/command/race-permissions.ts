/** What the reproducer will do on a cluster that is not its own, asked beforehand of the API server (`kubectl auth can-i`). */
import type { KubeApi } from '../../../harness/cluster/cluster.ts';

interface Access {
  readonly verb: string;
  readonly group?: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
}

export interface PermissionNeeds {
  readonly npaNamespace: string;
  /** The tuner is a DaemonSet in kube-system. */
  readonly tunes: boolean;
}

export function neededAccess(needs: PermissionNeeds): readonly Access[] {
  return [
    { verb: 'create', resource: 'namespaces' },
    { verb: 'delete', resource: 'namespaces' },
    { verb: 'create', resource: 'pods' },
    { verb: 'create', resource: 'pods', subresource: 'exec' },
    { verb: 'get', resource: 'pods', subresource: 'log' },
    { verb: 'list', resource: 'nodes' },
    { verb: 'create', group: 'networking.k8s.aws', resource: 'policyendpoints' },
    { verb: 'list', resource: 'pods', namespace: needs.npaNamespace },
    // Node access is by a helper DaemonSet in a namespace of the suite.
    { verb: 'create', group: 'apps', resource: 'daemonsets' },
    ...(needs.tunes
      ? [
          { verb: 'create', group: 'apps', resource: 'daemonsets', namespace: 'kube-system' },
          { verb: 'delete', group: 'apps', resource: 'daemonsets', namespace: 'kube-system' },
          { verb: 'create', resource: 'configmaps', namespace: 'kube-system' },
        ]
      : []),
  ];
}

/** One line for each permission that is missing, with the command that shows it. */
export async function missingPermissions(api: KubeApi, needs: PermissionNeeds): Promise<readonly string[]> {
  const answers = await Promise.all(neededAccess(needs).map((access) => review(api, access)));
  return answers.filter((line) => line !== undefined);
}

async function review(api: KubeApi, access: Access): Promise<string | undefined> {
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes: { ...access } },
  };
  const answer = (await api.raw('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', body)) as {
    readonly status?: { readonly allowed?: boolean; readonly reason?: string };
  };
  if (answer.status?.allowed === true) return undefined;
  const reason = answer.status?.reason ?? '';
  return `missing permission: ${describeAccess(access)}${reason === '' ? '' : ` (${reason})`}`;
}

/** As kubectl asks it: `create pods --subresource=exec`, so that a user can repeat the question. */
export function describeAccess({ verb, group, resource, subresource, namespace }: Access): string {
  const what = `${verb} ${resource}${group === undefined ? '' : `.${group}`}${subresource === undefined ? '' : `/${subresource}`}`;
  const where = namespace === undefined ? ' --all-namespaces' : ` -n ${namespace}`;
  return `kubectl auth can-i ${what}${resource === 'namespaces' || resource === 'nodes' ? '' : where} says no`;
}
