/** Which name a run gets: its configuration's, unless somebody uses it or keeps a cluster there; then the next number. */
import { InfrastructureError } from '../../run/verdict-errors.ts';
import type { ClusterRequest } from '../cluster.ts';
import type { ClusterIdentity } from './cluster-identity.ts';
import type { ClusterMark } from './cluster-mark.ts';
import { clusterName } from './cluster-name.ts';
import { docker } from './docker.ts';
import { isAbandoned } from './leftovers.ts';
import { describeOwner, nameOwner, takeName } from './name-lock.ts';
import { type OurCluster, ourClusters, takeAway, whyUntouchable } from './our-clusters.ts';

export interface PickedCluster {
  readonly name: string;
  /** The running cluster to take over. */
  readonly found: TakenOver | undefined;
  readonly giveBack: () => void;
}

interface TakenOver {
  readonly mark: ClusterMark;
  readonly identity: ClusterIdentity;
}

const mostAtOnce = 20;

export async function pickCluster(request: ClusterRequest, configuration: string): Promise<PickedCluster> {
  const refuse = (why: string): void => {
    // Another number is another name; one that was asked for by name is not.
    if (request.clusterName !== undefined) throw new InfrastructureError(why);
  };
  for (let number = 1; number <= mostAtOnce; number++) {
    const name = request.clusterName ?? clusterName(request.purpose, request.familyMode, number);
    request.signal.throwIfAborted();
    const giveBack = takeName(name, request.runId);
    if (giveBack === undefined) {
      refuse(`cluster ${name} is used by ${describeOwner(nameOwner(name))}`);
      continue;
    }
    try {
      const settled = await settle(name, request, configuration);
      if (typeof settled !== 'string') return { name, found: settled.found, giveBack };
      refuse(settled);
    } catch (error) {
      giveBack();
      throw error;
    }
    giveBack();
  }
  throw new InfrastructureError(
    `${mostAtOnce} clusters of ${clusterName(request.purpose, request.familyMode)} are in use or kept; see npm run cluster -- status`,
  );
}

/** What bears a name that is ours now: taken over, or taken away. A text says why it is neither. */
async function settle(
  name: string,
  { reuse, log }: ClusterRequest,
  configuration: string,
): Promise<string | { readonly found: TakenOver | undefined }> {
  const clusters = await ourClusters(name);
  for (const cluster of clusters) {
    const untouchable = whyUntouchable(cluster);
    if (untouchable !== undefined) return untouchable;
    const { mark, identity } = cluster;
    if (reuse && mark?.ready === true) {
      const reason = await unfit(cluster, mark, configuration);
      if (reason === undefined && identity !== undefined) return { found: { mark, identity } };
      log(`cluster ${name} is not reused: ${reason ?? 'an older version made it'}`);
    }
    if (mark?.kept === true)
      return `cluster ${name} is kept and not taken over (--reuse takes one of the same configuration); remove it: npm run cluster -- down --name ${name}`;
    if (mark === undefined && !isAbandoned(cluster)) return `cluster ${name} is being made by somebody else`;
  }
  for (const cluster of clusters) {
    const { mark } = cluster;
    log(`removing cluster ${name}, left by ${mark === undefined ? 'a creation that did not end' : `run ${mark.run}`}`);
    await takeAway(cluster);
  }
  return { found: undefined };
}

/** Why a running cluster cannot be taken over, undefined when it can. */
async function unfit({ nodes }: OurCluster, mark: ClusterMark, configuration: string): Promise<string | undefined> {
  if (mark.configuration !== configuration)
    return `its configuration is ${mark.configuration}, asked for is ${configuration}`;
  const format = '{{.Name}}={{.State.Status}}';
  const states = (await docker(['inspect', '--format', format, ...nodes.map(({ id }) => id)])).split('\n');
  const stopped = states.filter((state) => !state.endsWith('=running'));
  return stopped.length === 0 ? undefined : `not running: ${stopped.join(', ').replaceAll('/', '')}`;
}
