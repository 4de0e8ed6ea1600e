/** Clusters that the runs of a matrix made and left for each other: gone at its end. Those that were there before stay. */
import { ourClusters } from '../harness/cluster/kind/cluster-mark.ts';
import { namePrefix } from '../harness/cluster/kind/cluster-name.ts';
import { removeCluster } from '../harness/cluster/kind/remove-cluster.ts';
import { findRuns } from '../report/find-runs.ts';
import { readRun } from '../report/run-record.ts';

/** Names of our clusters on this machine; none where runs go to an existing cluster, or where there is no Docker. */
export async function clustersNow(argv: readonly string[]): Promise<ReadonlySet<string>> {
  if (/--provider[ =]existing/.test(argv.join(' '))) return new Set();
  return new Set((await ourClusters(namePrefix).catch(() => new Map())).keys());
}

/** Removes the clusters that runs below `folder` used and that were not there before, unless `--keep` is among `argv`. */
export async function removeClustersMade(
  folder: string,
  before: ReadonlySet<string>,
  argv: readonly string[],
): Promise<void> {
  if (argv.includes('--keep')) return;
  const used = new Set<string>();
  for (const run of await findRuns([folder])) used.add((await readRun(run)).start?.facts['cluster'] ?? '');
  for (const name of await clustersNow(argv)) {
    if (before.has(name) || !used.has(name)) continue;
    const how = await removeCluster(name).catch((error: unknown) => `not removed: ${String(error)}`);
    process.stderr.write(`cluster ${name}: ${how}\n`);
  }
}
