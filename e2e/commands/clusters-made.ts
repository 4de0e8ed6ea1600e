/** Clusters that the runs of a matrix made and left for each other: gone at its end. Those that were there before stay. */
import { namePrefix } from '../harness/cluster/kind/cluster-name.ts';
import { kindClusters } from '../harness/cluster/kind/docker.ts';
import { removeCluster } from '../harness/cluster/kind/remove-cluster.ts';
import { findRuns } from '../report/find-runs.ts';
import { readRun } from '../report/run-record.ts';

export type Clusters = ReadonlySet<string> | undefined;

const TRIES = 3;

/** Names of our clusters on this machine; undefined where runs go to an existing cluster, or where Docker does not answer. */
export async function clustersNow(argv: readonly string[]): Promise<Clusters> {
  if (/--provider[ =]existing/.test(argv.join(' '))) return undefined;
  // A listing may fail because a container of somebody else's vanishes meanwhile.
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    const names = await kindClusters().catch(() => undefined);
    if (names !== undefined) return new Set(names.filter((name) => name.startsWith(namePrefix)));
  }
  return undefined;
}

/** Removes the clusters that runs below `folder` used and that were not there before, unless `--keep` is among `argv`. */
export async function removeClustersMade(folder: string, before: Clusters, argv: readonly string[]): Promise<void> {
  if (argv.includes('--keep') || before === undefined) return;
  const used = new Set<string>();
  for (const run of await findRuns([folder])) used.add((await readRun(run)).start?.facts['cluster'] ?? '');
  const now = await clustersNow(argv);
  if (now === undefined)
    process.stderr.write('clusters may be left: Docker does not answer; see npm run cluster -- status\n');
  for (const name of now ?? []) {
    if (before.has(name) || !used.has(name)) continue;
    const how = await removeCluster(name).catch((error: unknown) => `not removed: ${String(error)}`);
    process.stderr.write(`cluster ${name}: ${how}\n`);
  }
}
