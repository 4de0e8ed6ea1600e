/** What `kind delete cluster` does, by identity, without the binary that made it, which a cleared cache may have taken. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterIdentity } from './cluster-identity.ts';
import { creatorsOf } from './creators.ts';
import { docker } from './docker.ts';
import { nodesOf } from './found-clusters.ts';

/** Nodes, then their network. Returns false when there was nothing. The caller holds the lock of the name. */
export async function deleteCluster(identity: ClusterIdentity): Promise<boolean> {
  let had = false;
  for (let tries = 0; ; tries++) {
    const creators = creatorsOf(identity.network);
    for (const pid of creators) kill(pid);
    const nodes = await nodesOf(identity);
    await removeContainers(nodes.map(({ id }) => id));
    had ||= nodes.length > 0;
    // The daemon may still be at work on what a killed client asked for, so an empty look counts when nobody was there to ask.
    if (creators.length === 0 && nodes.length === 0) break;
    if (tries === 20)
      throw new Error(
        `containers of cluster ${identity.name} (network ${identity.network}) keep coming back: ${nodes.map(({ name }) => name).join(', ')}`,
      );
    await delay(300);
  }
  return (await removeNetwork(identity.network)) || had;
}

/** By id. One that is gone, or that somebody else is removing, is fine. */
export async function removeContainers(ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await docker(['rm', '--force', '--volumes', ...ids]).catch((error: unknown) => {
    if (!/No such container|already in progress/.test(String(error))) throw error;
  });
}

/** Returns false when it was not there. */
export async function removeNetwork(network: string): Promise<boolean> {
  return docker(['network', 'rm', network]).then(
    () => true,
    (error: unknown) => {
      if (/network \S+ not found|No such network/.test(String(error))) return false;
      throw error;
    },
  );
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}
