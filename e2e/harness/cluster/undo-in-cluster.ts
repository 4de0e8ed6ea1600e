/** Takes back changes inside a cluster from what the journal says, without the run that made them. */
import { existsSync } from 'node:fs';
import type { JournalEntry, Place } from '../run/journal-entry.ts';
import type { KubeApi } from './cluster.ts';
import { docker } from './kind/docker.ts';
import { isApiError } from './kube/api-error.ts';
import { connect } from './kube/connection.ts';
import { KubeClient } from './kube/kube-client.ts';

type InCluster = Extract<JournalEntry, { kind: 'namespace' | 'kube-object' | 'lease' }>;
interface Access {
  readonly kubeconfig: string;
  readonly context?: string | undefined;
}

export async function undoInCluster(entry: InCluster): Promise<void> {
  await withCluster(entry, async (api) => {
    if (entry.kind === 'namespace') {
      await api.delete({ apiVersion: 'v1', kind: 'Namespace', name: entry.name }, { timeoutMs: 120_000 });
    } else if (entry.kind === 'kube-object') {
      const { apiVersion, objectKind, name, namespace } = entry;
      await api.delete({ apiVersion, kind: objectKind, name, ...(namespace !== undefined && { namespace }) });
    } else await dropLease(api, entry);
  });
}

/** Somebody else may hold it by now; theirs stays. */
async function dropLease(api: KubeApi, entry: Extract<InCluster, { kind: 'lease' }>): Promise<void> {
  interface Lease {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: { readonly name: string };
    readonly spec?: { readonly holderIdentity?: string };
  }
  const lease = await api.get<Lease>('coordination.k8s.io/v1', 'Lease', entry.name, entry.namespace);
  if (lease?.spec?.holderIdentity !== entry.holder) return;
  await api.delete({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    name: entry.name,
    namespace: entry.namespace,
  });
}

export async function restoreNodeSysctl(
  place: Extract<Place, { at: 'node' }>,
  path: string,
  value: string,
): Promise<void> {
  await withCluster(place, async (api) => {
    const { runOnNode } = await import('./existing/node-helper.ts');
    await runOnNode(api, place.namespace, place.node, ['sh', '-c', 'printf %s "$2" > "$1"', 'sh', path, value]);
  });
}

async function withCluster(access: Access, body: (api: KubeApi) => Promise<void>): Promise<void> {
  if (!existsSync(access.kubeconfig)) {
    // Ours are below a run's folder: who deleted that deleted the only way in. The label of the run still finds what is left.
    throw new Error(`the kubeconfig ${access.kubeconfig} is gone`);
  }
  // A run that was allowed to send its login over plain HTTP is taken back the same way.
  const connection = await connect({ ...access, insecureHttp: true });
  try {
    await body(new KubeClient(connection, { labels: {} }));
  } catch (error) {
    // Nobody may look any more; that is for whoever reads the journal to judge.
    if (isApiError(error, 404)) return;
    if (await isGoneKindCluster(connection.server, error)) return;
    throw error;
  } finally {
    connection.close();
  }
}

/**
 * A kind API server listens on a port of this machine that a container publishes: no such container, no cluster. Ports are
 * given again, so another cluster may answer there, with another certificate authority.
 */
async function isGoneKindCluster(server: string, error: unknown): Promise<boolean> {
  const url = new URL(server);
  if (!['127.0.0.1', '[::1]', 'localhost', '0.0.0.0'].includes(url.hostname)) return false;
  if (/certificate|self-signed/.test(String(error)) || isApiError(error, 401)) return true;
  const argv = ['ps', '--filter', 'label=io.x-k8s.kind.role=control-plane', '--format', '{{.Ports}}'];
  const ports = await docker(argv).catch(() => undefined);
  return ports !== undefined && !ports.includes(`:${url.port}->`);
}
