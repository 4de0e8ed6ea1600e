/** The kind clusters that Docker has, told apart by identity and not only by name. */
import { docker } from './docker.ts';
import { type ClusterIdentity, identityOf } from './cluster-identity.ts';

export interface FoundNode {
  readonly id: string;
  readonly name: string;
  readonly controlPlane: boolean;
  /** NaN when Docker's time cannot be read. */
  readonly createdAt: number;
}

export interface FoundCluster {
  readonly name: string;
  /** Undefined for a cluster that is on a network of another kind: not made by this version of staleproof. */
  readonly identity: ClusterIdentity | undefined;
  /** All networks of its nodes. */
  readonly networks: readonly string[];
  readonly nodes: readonly FoundNode[];
}

const label = 'io.x-k8s.kind.cluster';
const format = `{{.ID}}\t{{.Names}}\t{{.CreatedAt}}\t{{.Networks}}\t{{.Label "${label}"}}\t{{.Label "io.x-k8s.kind.role"}}`;

/** Of one name, or all, running or not. Nodes of one name on different networks are different clusters. Throws DockerError. */
export async function findClusters(name?: string): Promise<readonly FoundCluster[]> {
  const filter = `label=${label}${name === undefined ? '' : `=${name}`}`;
  const text = await docker(['ps', '--all', '--no-trunc', '--filter', filter, '--format', format]);
  const found = new Map<string, FoundCluster>();
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const [id = '', node = '', created = '', networks = '', cluster = '', role = ''] = line.split('\t');
    const its = networks.split(',').filter((one) => one !== '');
    const identity = its.map(identityOf).find((one) => one?.name === cluster);
    const key = `${cluster}/${identity?.network ?? ''}`;
    const before = found.get(key);
    const made = { id, name: node, controlPlane: role === 'control-plane', createdAt: Date.parse(created) };
    found.set(key, {
      name: cluster,
      identity,
      networks: [...new Set([...(before?.networks ?? []), ...its])],
      nodes: [...(before?.nodes ?? []), made],
    });
  }
  return [...found.values()].sort((a, b) => a.name.localeCompare(b.name, 'en'));
}

/** The nodes of exactly this cluster; empty when it is gone. */
export async function nodesOf({ name, network }: ClusterIdentity): Promise<readonly FoundNode[]> {
  return (await findClusters(name)).find((one) => one.identity?.network === network)?.nodes ?? [];
}
