/** Takes back what a journal says of kind clusters: only what bears the identity that it names, and not what a living run uses. */
import type { JournalEntry, Place } from '../../run/journal-entry.ts';
import { deleteCluster } from './delete-cluster.ts';
import { docker } from './docker.ts';
import { findClusters, nodesOf } from './found-clusters.ts';
import { describeOwner, nameOwner, withName } from './name-lock.ts';
import { ourClusters, whyUntouchable } from './our-clusters.ts';
import type { ClusterIdentity } from './cluster-identity.ts';

type ClusterEntry = Extract<JournalEntry, { kind: 'kind-cluster' }>;
const GONE = 'it is gone already';
const KEPT = 'it is kept';

type NodePlace = Extract<Place, { at: 'container' }>;

/** Returns why there is nothing to take back, undefined when it was. Throws when it is in use or was not deleted. */
export async function undoCluster(entry: ClusterEntry): Promise<string | undefined> {
  const { name, network } = entry;
  if (network === undefined) return lookAtCluster(entry);
  const remove = async (): Promise<string | undefined> => ((await deleteCluster({ name, network })) ? undefined : GONE);
  // Without nodes nobody can have taken it over: its network and who still makes nodes for it are nobody else's.
  if ((await nodesOf({ name, network })).length === 0) return remove();
  // A run that takes its own cluster back need not ask.
  return whileUnused(
    { name, network },
    async (isOurs) => (isOurs ? undefined : await lookAtCluster(entry)) ?? remove(),
  );
}

/** What undoCluster would return or throw; deletes nothing. */
export async function lookAtCluster({ name, network }: ClusterEntry): Promise<string | undefined> {
  if (network === undefined) return withoutIdentity(`cluster ${name}`, (await findClusters(name)).length > 0);
  const found = (await ourClusters(name)).find((one) => one.identity?.network === network);
  if (found === undefined) return GONE;
  const owner = nameOwner(name);
  const why =
    owner === undefined || owner.pid === process.pid
      ? whyUntouchable(found)
      : `${name} is used by ${describeOwner(owner)}`;
  if (why !== undefined) throw new Error(why);
  return found.mark?.kept === true ? KEPT : undefined;
}

/** Older versions noted a cluster's network by itself. */
export async function undoNamedNetwork(name: string): Promise<string> {
  const names = (await docker(['network', 'ls', '--format', '{{.Name}}'])).split('\n');
  return withoutIdentity(`docker network ${name}`, names.includes(name));
}

/** Runs `undo` on a cluster that is there, while no living run has its name. A cluster that is gone took its changes with it. */
export async function whileUnused(
  identity: ClusterIdentity,
  undo: (isOurs: boolean) => Promise<string | undefined>,
): Promise<string | undefined> {
  const owner = nameOwner(identity.name);
  // Another one of this name may be somebody's by now; ours is gone then, and there is nothing to ask them for.
  if (owner !== undefined && owner.pid !== process.pid && (await nodesOf(identity)).length === 0) return GONE;
  return withName(identity.name, 'gc', undo);
}

/** What puts one node's old state back, by the container's id. */
export async function runInNode(place: NodePlace, argv: readonly string[]): Promise<string | undefined> {
  const { id, cluster, name } = place;
  if (id === undefined || cluster === undefined) {
    const all = (await findClusters()).flatMap(({ nodes }) => nodes);
    return withoutIdentity(
      `node ${name}`,
      all.some((node) => node.name === name),
    );
  }
  return whileUnused(cluster, async () => {
    try {
      await docker(['exec', id, ...argv]);
      return undefined;
    } catch (error) {
      // A node that is gone or stopped took its network namespace with it.
      const gone = /No such container|is not running|No such file/.exec(String(error))?.[0];
      if (gone === undefined) throw error;
      return `gone with its node (${gone})`;
    }
  });
}

/** Journals of older versions name what a configuration is called, so what bears that name now may be anybody's. */
function withoutIdentity(what: string, isThere: boolean): string {
  if (!isThere) return GONE;
  throw new Error(
    `an older version noted a name and no identity, and ${what} may be another run's by now; if it is not, remove it (npm run cluster -- down) and try again`,
  );
}
