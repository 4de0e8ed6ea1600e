/** Takes a cluster of ours away, with its network, unless a living run uses it. */
import { withName } from './name-lock.ts';
import { namePrefix } from './cluster-name.ts';
import { type OurCluster, ourClusters, takeAway, whyUntouchable } from './our-clusters.ts';

/**
 * Says what was done. Throws when the cluster is in use, not ours, or not one that `only` accepts: whoever cleans up behind
 * its own runs means the cluster that they made, and not a later one of that name.
 */
export async function removeCluster(
  name: string,
  only: (cluster: OurCluster) => boolean = () => true,
): Promise<string> {
  if (!name.startsWith(namePrefix))
    throw new Error(`${name} is not a cluster of staleproof (its name would start with ${namePrefix})`);
  return withName(name, 'removal', async () => {
    const found = await ourClusters(name);
    const stays = found.map((one) => (only(one) ? whyUntouchable(one) : `${name} is another cluster now`));
    const why = stays.find((one) => one !== undefined);
    if (why !== undefined) throw new Error(why);
    for (const one of found) await takeAway(one);
    return found.length > 0 ? 'removed' : 'was not there';
  });
}
