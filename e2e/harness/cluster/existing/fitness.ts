/** What an existing cluster and the account on it allow: asked before anything is made, so that a spec is skipped with its reason. */
import type { Fitness } from '../fitness.ts';
import { type AccessAnswer, canI, checkAccess } from '../access.ts';
import type { AreaRights } from '../rights.ts';
import type { KubeApi } from '../cluster.ts';
import { isApiError } from '../kube/api-error.ts';

export function lackingOf(answers: readonly AccessAnswer[], areas: readonly AreaRights[]): Fitness['lackingAccess'] {
  const denied = answers.filter((answer) => !answer.allowed).map(({ permission }) => permission);
  const rows = areas.map(({ name }) => [name, denied.filter((one) => one.areas.includes(name)).map(canI)] as const);
  return Object.fromEntries(rows.filter(([, lacking]) => lacking.length > 0));
}

export async function askAccess(
  api: KubeApi,
  areas: readonly AreaRights[],
  signal: AbortSignal,
): Promise<Fitness['lackingAccess']> {
  return lackingOf(await checkAccess(api, areas, signal), areas);
}

/**
 * Lets the server judge a pod like the node helper's without making it: admission (pod security, policy engines, quotas) answers
 * as it would. Undefined: it may run. The answer is that of `namespace`, which carries the labels that ours carry.
 */
export async function whyNoPrivilegedPod(
  api: KubeApi,
  namespace: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'staleproof-dry-run', namespace },
    spec: {
      hostNetwork: true,
      hostPID: true,
      automountServiceAccountToken: false,
      containers: [{ name: 'helper', image: 'registry.k8s.io/pause:3.10', securityContext: { privileged: true } }],
    },
  };
  try {
    await api.raw('POST', `/api/v1/namespaces/${namespace}/pods?dryRun=All`, pod, signal);
    return undefined;
  } catch (error) {
    if (!isApiError(error) || error.status === 404) throw error;
    return error.message;
  }
}
