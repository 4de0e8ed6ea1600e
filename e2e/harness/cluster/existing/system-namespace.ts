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

export interface SystemNamespace {
  /** To be called with the lease held: what another run made and left becomes this run's to remove, and bears its label. */
  adopt(): Promise<void>;
  /** Removes it when this run made or adopted it and no other run has adopted it since. */
  undo(): Promise<void>;
}

/** Waits for an earlier one of that name that is being deleted. */
export async function ensureSystemNamespace(
  api: KubeApi,
  journal: Journal,
  access: { readonly kubeconfig: string },
  name: string,
  signal: AbortSignal,
): Promise<SystemNamespace> {
  let change: Change | undefined;
  const make = async (until: AbortSignal): Promise<void> => {
    change = journal.record({ kind: 'namespace', name, ...access });
    const labels = { [madeByUs]: 'staleproof', 'pod-security.kubernetes.io/enforce': 'privileged' };
    await api.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }, until);
  };
  const found = await pollUntil(
    async (inner): Promise<{ readonly ours: boolean } | undefined> => {
      const there = await read(api, name, inner);
      if (there?.status?.phase === 'Terminating') return undefined;
      if (there === undefined) await make(inner);
      return { ours: there?.metadata.labels?.[madeByUs] === 'staleproof' };
    },
    {
      what: `namespace ${name} can be made`,
      timeoutMs: 120_000,
      signal,
      intervalMs: 1_000,
      lastState: () => 'an earlier one is being deleted',
    },
  );
  return {
    // An administrator's stays as it is. Without the lease, one of ours may be in use by the run that made it.
    adopt: async () => {
      if (found.ours) await make(signal);
    },
    undo: async () => change?.undo(),
  };
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
