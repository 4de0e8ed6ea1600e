/**
 * Takes back changes inside a cluster from what the journal says, without the run that made them. Gone is only what somebody
 * who may look did not find: a server that cannot be reached, refuses or is not the one that is trusted says nothing of it.
 */
import { existsSync } from 'node:fs';
import type { JournalEntry, Place } from '../run/journal-entry.ts';
import type { KubeApi } from './cluster.ts';
import { isApiError } from './kube/api-error.ts';
import { connect } from './kube/connection.ts';
import { KubeClient } from './kube/kube-client.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { runLabelKey } from './run-label.ts';
import { whyNotAnswered } from './why-not-answered.ts';

type InCluster = Extract<JournalEntry, { kind: 'namespace' | 'kube-object' | 'lease' }>;
type Access = Pick<InCluster, 'kubeconfig' | 'context'>;

const GONE = 'it is gone already';

/** Returns why there was nothing to take back, undefined when it was. */
export async function undoInCluster(entry: InCluster, run: string): Promise<string | undefined> {
  return withCluster(entry, async (api) => {
    if (entry.kind === 'lease') return dropLease(api, entry);
    const { apiVersion, kind, namespace } =
      entry.kind === 'namespace'
        ? { apiVersion: 'v1', kind: 'Namespace', namespace: undefined }
        : { apiVersion: entry.apiVersion, kind: entry.objectKind, namespace: entry.namespace };
    const object = await getIfThere<KubernetesObject>(api, apiVersion, kind, entry.name, namespace);
    if (object === undefined) return GONE;
    // Names of ours come again on a cluster that is shared; every run writes its label on what it makes or takes over.
    const owner = object.metadata.labels?.[runLabelKey];
    if (owner !== run) return `it is ${owner === undefined ? 'of no run' : `run ${owner}'s`} now`;
    const target = { apiVersion, kind, name: entry.name, ...(namespace !== undefined && { namespace }) };
    const { uid } = object.metadata;
    await api.delete(target, {
      timeoutMs: entry.kind === 'namespace' ? 120_000 : 60_000,
      ...(uid !== undefined && { uid }),
    });
    return undefined;
  });
}

/** Somebody else may hold it by now; theirs stays. */
async function dropLease(api: KubeApi, entry: Extract<InCluster, { kind: 'lease' }>): Promise<string | undefined> {
  interface Lease extends KubernetesObject {
    readonly spec?: { readonly holderIdentity?: string };
  }
  const target = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', name: entry.name, namespace: entry.namespace };
  const lease = await getIfThere<Lease>(api, target.apiVersion, target.kind, target.name, target.namespace);
  if (lease === undefined) return GONE;
  const holder = lease.spec?.holderIdentity;
  if (holder !== entry.holder) return `${holder === undefined ? 'nobody' : `run ${holder}`} holds it now`;
  const { uid } = lease.metadata;
  await api.delete(target, uid === undefined ? {} : { uid });
  return undefined;
}

/** While the dead run's own lease is held: a living run on that cluster works with what is there now. */
export async function runOnNodeOf(
  place: Extract<Place, { at: 'node' }>,
  argv: readonly string[],
  run: string,
): Promise<string | undefined> {
  return withCluster(place, async (api) => {
    if ((await getIfThere(api, 'v1', 'Node', place.node)) === undefined) return 'gone with its node';
    const [{ holdLease, leaseName }, { runOnNode }] = await Promise.all([
      import('./existing/run-lease.ts'),
      import('./existing/node-helper.ts'),
    ]);
    const lease = await holdLease(api, {
      ...{ namespace: place.namespace, name: leaseName, holder: run, waitMs: 0 },
      signal: AbortSignal.timeout(60_000),
      log: () => undefined,
    });
    try {
      await runOnNode(api, place.namespace, place.node, argv);
    } finally {
      lease.stopRenewing();
    }
    return undefined;
  });
}

async function getIfThere<T extends KubernetesObject>(
  api: KubeApi,
  ...target: Parameters<KubeApi['get']>
): Promise<T | undefined> {
  try {
    return await api.get<T>(...target);
  } catch (error) {
    // Its kind is gone, as a CustomResourceDefinition may be, and with it all of them.
    if (isApiError(error, 404)) return undefined;
    throw error;
  }
}

async function withCluster(
  access: Access & Pick<InCluster, 'cluster'>,
  body: (api: KubeApi) => Promise<string | undefined>,
): Promise<string | undefined> {
  const { cluster } = access;
  if (cluster === undefined) return connected(access, body);
  const { nodesOf } = await import('./kind/found-clusters.ts');
  if ((await nodesOf(cluster)).length === 0) return 'gone with its cluster';
  const { whileUnused } = await import('./kind/undo-cluster.ts');
  return whileUnused(cluster, () => connected(access, body));
}

async function connected(
  access: Access,
  body: (api: KubeApi) => Promise<string | undefined>,
): Promise<string | undefined> {
  if (!existsSync(access.kubeconfig)) {
    // Ours are below a run's folder: who deleted that deleted the only way in. The label of the run still finds what is left.
    throw new Error(`the kubeconfig ${access.kubeconfig} is gone`);
  }
  // A run that was allowed to send its login over plain HTTP is taken back the same way.
  const connection = await connect({ ...access, insecureHttp: true });
  try {
    return await body(new KubeClient(connection, { labels: {} }));
  } catch (error) {
    throw new Error(`${whyNotAnswered(error)}: ${(error as Error).message}`, { cause: error });
  } finally {
    connection.close();
  }
}
