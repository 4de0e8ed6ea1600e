/** Which name a run gets: its configuration's, unless somebody uses it or keeps a cluster there; then the next number. */
import { InfrastructureError } from '../../run/verdict-errors.ts';
import type { ClusterRequest } from '../cluster.ts';
import { clusterExists, type ClusterMark, readMark } from './cluster-mark.ts';
import { clusterName } from './cluster-name.ts';
import { nameOwner, takeName } from './name-lock.ts';
import { docker, nodeContainers } from './docker.ts';
import { undoEntry } from '../../run/journal-undo.ts';

export interface PickedCluster {
  readonly name: string;
  /** The running cluster to take over. */
  readonly found: ClusterMark | undefined;
  readonly giveBack: () => void;
}

const mostAtOnce = 20;

export async function pickCluster(request: ClusterRequest, configuration: string): Promise<PickedCluster> {
  const { log, signal } = request;
  for (let number = 1; number <= mostAtOnce; number++) {
    const name = request.clusterName ?? clusterName(request.purpose, request.familyMode, number);
    signal.throwIfAborted();
    const giveBack = takeName(name, request.runId);
    if (giveBack === undefined) {
      const owner = nameOwner(name);
      if (request.clusterName !== undefined)
        throw new InfrastructureError(
          `cluster ${name} is used by run ${owner?.run ?? '?'} (process ${owner?.pid ?? '?'})`,
        );
      continue;
    }
    if (!(await clusterExists(name))) return { name, found: undefined, giveBack };
    const mark = await readMark(name);
    if (request.reuse && mark?.ready === true) {
      const reason = await unfit(name, mark, configuration);
      if (reason === undefined) return { name, found: mark, giveBack };
      log(`cluster ${name} is not reused: ${reason}`);
    }
    if (mark?.kept === true) {
      giveBack();
      if (request.clusterName !== undefined)
        throw new InfrastructureError(
          `cluster ${name} is kept and not taken over (--reuse takes one of the same configuration); remove it: npm run cluster -- down --name ${name}`,
        );
      continue;
    }
    log(`removing cluster ${name}, left by ${mark === undefined ? 'a creation that did not end' : `run ${mark.run}`}`);
    await undoEntry({ kind: 'kind-cluster', name, binary: '' });
    return { name, found: undefined, giveBack };
  }
  throw new InfrastructureError(
    `${mostAtOnce} clusters of ${clusterName(request.purpose, request.familyMode)} are in use or kept; see npm run cluster -- status`,
  );
}

/** Why a running cluster cannot be taken over, undefined when it can. */
async function unfit(name: string, mark: ClusterMark, configuration: string): Promise<string | undefined> {
  if (mark.configuration !== configuration)
    return `its configuration is ${mark.configuration}, asked for is ${configuration}`;
  const nodes = await nodeContainers(name);
  const states = (await docker(['inspect', '--format', '{{.Name}}={{.State.Status}}', ...nodes])).split('\n');
  const stopped = states.filter((state) => !state.endsWith('=running'));
  return stopped.length === 0 ? undefined : `not running: ${stopped.join(', ').replaceAll('/', '')}`;
}
