/** Clusters that the runs of a matrix made and left for each other: gone at its end. Those that were there before stay. */
import { type OurCluster, ourClusters } from '../harness/cluster/kind/our-clusters.ts';
import { removeCluster } from '../harness/cluster/kind/remove-cluster.ts';
import { findRuns } from '../report/find-runs.ts';
import { readRun } from '../report/run-record.ts';
import { shown } from '../harness/run/shown.ts';

/** Networks: names come again, and so does a cluster that somebody else made meanwhile. */
export type Clusters = ReadonlySet<string> | undefined;

const TRIES = 3;

/** Our clusters on this machine; undefined where runs go to an existing cluster, or where Docker does not answer. */
export async function clustersNow(argv: readonly string[]): Promise<Clusters> {
  if (/--provider[ =]existing/.test(argv.join(' '))) return undefined;
  const clusters = await listing();
  return clusters && new Set(clusters.flatMap(({ networks }) => networks));
}

async function listing(): Promise<readonly OurCluster[] | undefined> {
  // A listing may fail because a container of somebody else's vanishes meanwhile.
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    const clusters = await ourClusters().catch(() => undefined);
    if (clusters !== undefined) return clusters;
  }
  return undefined;
}

/**
 * Removes the clusters that runs below `folder` made and that were not there before, unless `--keep` is among `argv`. Returns
 * false when one stays, or may.
 */
export async function removeClustersMade(folder: string, before: Clusters, argv: readonly string[]): Promise<boolean> {
  if (argv.includes('--keep') || before === undefined) return true;
  const runs = new Set<string>();
  for (const run of await findRuns([folder])) runs.add((await readRun(run)).start?.run ?? '');
  const isMade = ({ mark, networks }: OurCluster): boolean =>
    mark !== undefined && runs.has(mark.run) && !networks.some((network) => before.has(network));
  const now = await listing();
  if (now === undefined)
    process.stderr.write(shown('clusters may be left: Docker does not answer; see npm run cluster -- status\n'));
  let all = now !== undefined;
  for (const { name } of now?.filter(isMade) ?? []) {
    const how = await removeCluster(name, isMade).catch((error: unknown) => {
      all = false;
      return `not removed: ${String(error)}`;
    });
    process.stderr.write(shown(`cluster ${name}: ${how}\n`));
  }
  return all;
}
