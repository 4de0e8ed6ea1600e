/** The door to clusters: one function, whichever provider. */
import type { ClusterRequest, OpenCluster } from './cluster.ts';

/** Opens what was asked for, or throws having taken back what it had made. */
export async function openCluster(request: ClusterRequest): Promise<OpenCluster> {
  if (request.provider === 'kind') return (await import('./kind/open-kind.ts')).openKindCluster(request);
  return (await import('./existing/open-existing.ts')).openExistingCluster(request);
}
