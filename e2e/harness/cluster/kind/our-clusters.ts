/** Clusters that bear our names, and what is to be known before one of them is taken away. */
import { type ClusterMark, isOurs, readMark, userOf } from './cluster-mark.ts';
import { namePrefix } from './cluster-name.ts';
import { deleteCluster, removeContainers, removeNetwork } from './delete-cluster.ts';
import { findClusters, type FoundCluster } from './found-clusters.ts';
import { describeOwner } from './name-lock.ts';

export interface OurCluster extends FoundCluster {
  /** Undefined for one that was never finished, and for one that is not ours. */
  readonly mark: ClusterMark | undefined;
  /** Why the mark could not be read: then nobody knows whether it is kept. */
  readonly trouble?: string;
}

/** Of one name, or all with our prefix. */
export async function ourClusters(name?: string): Promise<readonly OurCluster[]> {
  const found = (await findClusters(name)).filter((one) => name !== undefined || one.name.startsWith(namePrefix));
  return Promise.all(
    found.map((cluster) =>
      readMark(cluster).then(
        (mark) => ({ ...cluster, mark }),
        (error: unknown) => ({ ...cluster, mark: undefined, trouble: (error as Error).message }),
      ),
    ),
  );
}

/** Why nobody may take it away, undefined when its order to go is right. That it is kept is for the caller to judge. */
export function whyUntouchable(cluster: OurCluster): string | undefined {
  if (cluster.trouble !== undefined) return cluster.trouble;
  if (!isOurs(cluster, cluster.mark))
    return `cluster ${cluster.name} was not made by staleproof; \`kind delete cluster --name ${cluster.name}\` removes it if it is yours`;
  const user = cluster.mark === undefined ? undefined : userOf(cluster.mark);
  return user === undefined ? undefined : `${cluster.name} is used by ${describeOwner(user)}`;
}

/** Exactly this cluster with its network. The caller holds the lock of its name and has asked whyUntouchable. */
export async function takeAway(cluster: OurCluster): Promise<void> {
  if (cluster.identity !== undefined) {
    await deleteCluster(cluster.identity);
    return;
  }
  // Of an older version: its network has the cluster's name and nothing else is in it.
  await removeContainers(cluster.nodes.map(({ id }) => id));
  if (cluster.networks.includes(cluster.name)) await removeNetwork(cluster.name);
}
