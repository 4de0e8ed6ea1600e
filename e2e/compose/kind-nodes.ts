/** Nodes of running kind clusters, for commands that need no run and no API server. */
import { spawn, type StdioOptions } from 'node:child_process';

export class UsageError extends Error {}

interface Output {
  readonly code: number;
  readonly stdout: string;
}

/** Runs a command; its stdout is returned, stderr is the user's. */
export function capture(argv: readonly string[]): Promise<Output> {
  const [file = '', ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, stdout: Buffer.concat(chunks).toString('utf8') }));
  });
}

/** Runs a command on the user's terminal. */
export function interactive(argv: readonly string[], stdio: StdioOptions = 'inherit'): Promise<number> {
  const [file = '', ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

const LABEL = 'io.x-k8s.kind.cluster';

/** Names of node containers by cluster, of all running kind clusters. */
export async function kindNodes(): Promise<ReadonlyMap<string, readonly string[]>> {
  const format = `{{.Label "${LABEL}"}} {{.Names}}`;
  const { code, stdout } = await capture(['docker', 'ps', '--filter', `label=${LABEL}`, '--format', format]);
  if (code !== 0) throw new Error('docker ps failed: is the Docker daemon running?');
  const clusters = new Map<string, string[]>();
  for (const line of stdout.split('\n').filter(Boolean)) {
    const [cluster = '', node = ''] = line.split(' ');
    clusters.set(cluster, [...(clusters.get(cluster) ?? []), node].sort());
  }
  return clusters;
}

/** The cluster that was named, or the only one there is. */
export function chooseCluster(clusters: ReadonlyMap<string, readonly string[]>, wanted: string | undefined): string {
  const names = [...clusters.keys()].sort();
  if (names.length === 0) throw new UsageError('no kind cluster is running; make one: npm run cluster -- up');
  if (wanted === undefined && names.length > 1)
    throw new UsageError(`several clusters are running; choose with --cluster: ${names.join(' ')}`);
  const chosen = wanted ?? names[0] ?? '';
  if (!clusters.has(chosen)) throw new UsageError(`--cluster ${chosen} is not running; running: ${names.join(' ')}`);
  return chosen;
}

/** `worker` or a node's whole name. */
export function chooseNode(nodes: readonly string[], cluster: string, wanted: string): string {
  const node = nodes.find((name) => name === wanted || name === `${cluster}-${wanted}`);
  if (node === undefined) {
    const short = nodes.map((name) => name.slice(cluster.length + 1));
    throw new UsageError(`--node ${wanted} is not in ${cluster}; its nodes: ${short.join(' ')}`);
  }
  return node;
}

/** Puts images of the local Docker daemon on every node; layers that they share go once. Throws with the node that did not take them. */
export async function loadIntoNodes(nodes: readonly string[], images: readonly string[]): Promise<void> {
  const pipe = `node=$1; shift; docker save "$@" | docker exec -i "$node" ctr -n k8s.io images import --digests - >/dev/null`;
  for (const node of nodes)
    if ((await interactive(['sh', '-c', pipe, 'sh', node, ...images])) !== 0)
      throw new Error(`${node} did not take ${images.join(', ')}`);
}
