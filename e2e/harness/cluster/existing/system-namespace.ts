/** The namespace of lease and helper pods: made when it is not there, left alone when an administrator made it. */
import type { Change, Journal } from '../../run/journal.ts';
import type { KubeApi } from '../cluster.ts';
import { isApiError } from '../kube/api-error.ts';
import type { KubernetesObject } from '../kubernetes-object.ts';
import { pollUntil } from '../wait.ts';

const madeByUs = 'app.kubernetes.io/managed-by';

interface Namespace extends KubernetesObject {
  readonly status?: { readonly phase?: string };
}

/** Returns the journalled change when it is ours to remove. Waits for an earlier one of that name that is being deleted. */
export async function ensureSystemNamespace(
  api: KubeApi,
  journal: Journal,
  access: { readonly kubeconfig: string },
  name: string,
  signal: AbortSignal,
): Promise<Change | undefined> {
  return (
    await pollUntil(
      async (inner): Promise<{ readonly change: Change | undefined } | undefined> => {
        const there = await read(api, name, inner);
        if (there?.status?.phase === 'Terminating') return undefined;
        if (there !== undefined) {
          // Ours of a run that ended badly: it goes with this run. An administrator's stays.
          const ours = there.metadata.labels?.[madeByUs] === 'staleproof';
          return { change: ours ? journal.record({ kind: 'namespace', name, ...access }) : undefined };
        }
        const change = journal.record({ kind: 'namespace', name, ...access });
        await api.apply(
          {
            apiVersion: 'v1',
            kind: 'Namespace',
            metadata: {
              name,
              labels: { [madeByUs]: 'staleproof', 'pod-security.kubernetes.io/enforce': 'privileged' },
            },
          },
          inner,
        );
        return { change };
      },
      {
        what: `namespace ${name} can be made`,
        timeoutMs: 120_000,
        signal,
        intervalMs: 1_000,
        lastState: () => 'an earlier one is being deleted',
      },
    )
  ).change;
}

async function read(api: KubeApi, name: string, signal: AbortSignal): Promise<Namespace | undefined> {
  try {
    return await api.get<Namespace>('v1', 'Namespace', name, undefined, signal);
  } catch (error) {
    // Somebody who may not look at namespaces may still work in one that was prepared.
    if (isApiError(error, 403)) return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    throw error;
  }
}
