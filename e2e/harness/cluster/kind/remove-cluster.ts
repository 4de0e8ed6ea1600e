/** Takes a cluster of ours away, with its network, unless a living run uses it. */
import { undoEntry } from '../../run/journal-undo.ts';
import { clusterExists } from './cluster-mark.ts';
import { namePrefix } from './cluster-name.ts';
import { nameOwner } from './name-lock.ts';

/** Says what was done. Throws when the cluster is in use or not ours. */
export async function removeCluster(name: string): Promise<string> {
  if (!name.startsWith(namePrefix))
    throw new Error(`${name} is not a cluster of staleproof (its name would start with ${namePrefix})`);
  const owner = nameOwner(name);
  if (owner !== undefined) throw new Error(`${name} is used by run ${owner.run} (process ${owner.pid})`);
  const existed = await clusterExists(name);
  await undoEntry({ kind: 'kind-cluster', name, binary: '' });
  await undoEntry({ kind: 'docker-network', name });
  return existed ? 'removed' : 'was not there';
}
