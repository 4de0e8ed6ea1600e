/** Docker objects of ours that no journal speaks of: a journal may be lost with a home directory, containers stay. */
import { readJournals } from '../../run/journal-replay.ts';
import { identityOf } from './cluster-identity.ts';
import { removeNetwork } from './delete-cluster.ts';
import { docker } from './docker.ts';
import { findClusters, type FoundCluster } from './found-clusters.ts';
import { nameOwner, withName } from './name-lock.ts';
import { namePrefix } from './cluster-name.ts';
import { ourClusters, type OurCluster, takeAway, whyUntouchable } from './our-clusters.ts';

export interface Leftover {
  readonly what: string;
  readonly remove: () => Promise<unknown>;
}

export interface Leftovers {
  readonly left: readonly Leftover[];
  /** What could not be looked at, and why; then nobody knows whether it is left. */
  readonly unknown: readonly string[];
}

/** A creation takes minutes at most. */
const creationMs = 20 * 60_000;

/** Kept clusters, those that a living process uses and those that are not ours are no leftovers. */
export async function findLeftovers(): Promise<Leftovers> {
  const missing = await withoutDocker();
  if (missing !== undefined) return { left: [], unknown: missing };
  const clusters = await ourClusters();
  const gone = clusters.filter((one) => nameOwner(one.name) === undefined && isLeft(one));
  return {
    left: [...gone.map(leftCluster), ...(await leftNetworks())],
    unknown: clusters.flatMap(({ trouble }) => (trouble === undefined ? [] : [trouble])),
  };
}

function isLeft(cluster: OurCluster): boolean {
  if (whyUntouchable(cluster) !== undefined || cluster.mark?.kept === true) return false;
  return cluster.mark !== undefined || isAbandoned(cluster);
}

/** Asked again under the lock: a run may have taken it over since. */
function leftCluster({ name, identity, mark }: OurCluster): Leftover {
  const remove = (): Promise<void> =>
    withName(name, 'gc', async () => {
      for (const one of await ourClusters(name))
        if (one.identity?.network === identity?.network && isLeft(one)) await takeAway(one);
    });
  return { what: `cluster ${name} (${mark === undefined ? 'unfinished' : `of run ${mark.run}`})`, remove };
}

/**
 * One without a mark may be in the making, by somebody whose locks we do not see. The journal of a dead run says that it is not,
 * and so does its age.
 */
export function isAbandoned({ identity, nodes }: FoundCluster): boolean {
  const network = identity?.network;
  const dead = readJournals().some(
    ({ alive, open }) => !alive && open.some(({ entry }) => entry.kind === 'kind-cluster' && entry.network === network),
  );
  return (network !== undefined && dead) || nodes.every(({ createdAt }) => Date.now() - createdAt > creationMs);
}

/** Those of clusters that have no node any more. A young one may get its first node in a moment. */
async function leftNetworks(): Promise<readonly Leftover[]> {
  const format = '{{.Name}}\t{{.CreatedAt}}';
  const rows = (await docker(['network', 'ls', '--filter', `name=${namePrefix}`, '--format', format])).split('\n');
  const used = new Set((await findClusters()).flatMap(({ networks }) => networks));
  return rows.flatMap((row) => {
    const [network = '', created = ''] = row.split('\t');
    const identity = identityOf(network);
    if (identity?.name.startsWith(namePrefix) !== true || used.has(network)) return [];
    if (nameOwner(identity.name) !== undefined || !(Date.now() - Date.parse(created) > creationMs)) return [];
    const remove = (): Promise<unknown> => withName(identity.name, 'gc', () => removeNetwork(network));
    return [{ what: `docker network ${network}`, remove }];
  });
}

/** Undefined when Docker answers; else what is unknown for that reason, nothing where Docker is not installed. */
async function withoutDocker(): Promise<readonly string[] | undefined> {
  try {
    await docker(['version', '--format', '{{.Server.Version}}'], { timeoutMs: 10_000 });
    return undefined;
  } catch (error) {
    const text = (error as Error).message;
    return /ENOENT/.test(text) ? [] : [`clusters were not looked for: ${text}`];
  }
}
