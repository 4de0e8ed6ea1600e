/** What we know of a cluster of ours is kept in its control plane's container, so it lives exactly as long as the cluster. */
import { z } from 'zod';
import { docker, kindClusters, nodeContainers } from './docker.ts';

const path = '/kind/staleproof.json';

const markSchema = z.object({
  run: z.string(),
  /** The process that made it: whoever has another home directory sees no lock, but must not take a living run's cluster. */
  owner: z.object({ pid: z.number(), startTime: z.string(), bootId: z.string() }),
  /** Hash of everything that makes the cluster what it is; equal hashes are interchangeable. */
  configuration: z.string(),
  familyMode: z.enum(['ipv4', 'ipv6', 'dual']),
  kubeProxyMode: z.enum(['none', 'iptables', 'nftables', 'ipvs']),
  image: z.string(),
  podNetwork: z.enum(['own', 'kindnet']),
  createdAt: z.string(),
  /** Set once it is ready; without it the creation did not come to its end. */
  ready: z.boolean(),
  kept: z.boolean(),
});

export type ClusterMark = z.infer<typeof markSchema>;

export async function writeMark(cluster: string, mark: ClusterMark): Promise<void> {
  await docker(['exec', '-i', controlPlane(cluster), 'sh', '-c', `cat > ${path}`], { input: JSON.stringify(mark) });
}

/** Undefined when there is none or its control plane does not run. */
export async function readMark(cluster: string): Promise<ClusterMark | undefined> {
  try {
    return markSchema.parse(
      JSON.parse(await docker(['exec', controlPlane(cluster), 'cat', path], { timeoutMs: 20_000 })),
    );
  } catch {
    return undefined;
  }
}

export function controlPlane(cluster: string): string {
  return `${cluster}-control-plane`;
}

/** Clusters of ours by name with their marks; `undefined` for one that was never finished or does not run. */
export async function ourClusters(prefix: string): Promise<ReadonlyMap<string, ClusterMark | undefined>> {
  const names = (await kindClusters()).filter((name) => name.startsWith(prefix));
  return new Map(await Promise.all(names.map(async (name) => [name, await readMark(name)] as const)));
}

export async function clusterExists(cluster: string): Promise<boolean> {
  return (await nodeContainers(cluster)).length > 0;
}
