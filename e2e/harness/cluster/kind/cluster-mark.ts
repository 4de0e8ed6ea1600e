/** What we know of a cluster of ours is kept in its control plane's container, so it lives exactly as long as the cluster. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { isRunning } from '../../run/journal-process.ts';
import type { LockOwner } from '../../run/process-lock.ts';
import { docker } from './docker.ts';
import type { FoundCluster, FoundNode } from './found-clusters.ts';

const path = '/kind/staleproof.json';

const processSchema = z.object({ pid: z.number(), startTime: z.string(), bootId: z.string() });

const markSchema = z.object({
  /** The run that made it. */
  run: z.string(),
  owner: processSchema,
  /** Who uses it now: whoever has another home directory sees no lock, but must not take a living run's cluster. */
  user: processSchema.extend({ run: z.string() }).optional(),
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

/** Beside and renamed: gc, which may look at any moment, must not read half a mark. */
export async function writeMark(cluster: string, mark: ClusterMark): Promise<void> {
  const script = `cat > ${path}.new && mv ${path}.new ${path}`;
  await docker(['exec', '-i', controlPlane(cluster), 'sh', '-c', script], { input: JSON.stringify(mark) });
}

/**
 * Read whether the control plane runs or not, because a kept cluster is kept after a restart of the machine too. Undefined when
 * the cluster was never marked or has no control plane; throws when that cannot be found out.
 */
export async function readMark(cluster: { readonly nodes: readonly FoundNode[] }): Promise<ClusterMark | undefined> {
  const node = cluster.nodes.find(({ controlPlane: is }) => is);
  if (node === undefined) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'staleproof-mark-'));
  try {
    const copy = join(folder, 'mark.json');
    await docker(['cp', `${node.id}:${path}`, copy], { timeoutMs: 60_000 });
    return markSchema.parse(JSON.parse(await readFile(copy, 'utf8')));
  } catch (error) {
    if (/Could not find the file|No such container/.test(String(error))) return undefined;
    throw new Error(`the mark of cluster node ${node.name} cannot be read: ${String(error)}`, { cause: error });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Ours is what we made: on a network of ours, or, from an older version, with our mark in it. */
export function isOurs(cluster: FoundCluster, mark: ClusterMark | undefined): boolean {
  return cluster.identity !== undefined || mark !== undefined;
}

/** The living process of this machine that uses the cluster, as far as its mark says. */
export function userOf(mark: ClusterMark): Pick<LockOwner, 'pid' | 'run'> | undefined {
  if (mark.user !== undefined) return isRunning(mark.user) ? mark.user : undefined;
  return !mark.kept && isRunning(mark.owner) ? { ...mark.owner, run: mark.run } : undefined;
}

export function controlPlane(cluster: string): string {
  return `${cluster}-control-plane`;
}
