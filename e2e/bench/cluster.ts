/** `npm run bench cluster [ROUNDS]`: from a cached image to all Ready, kind's part and ours apart; loading an image; exec. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureFixturesImage } from '../../hack/images/fixtures-image.ts';
import { ensureNodeImage } from '../../hack/images/node-image.ts';
import type { Cluster } from '../harness/cluster/cluster.ts';
import { openCluster } from '../harness/cluster/open.ts';
import { lineOf, type BenchLine } from './bench-line.ts';

/** design: a cluster from a cached image is Ready within this on 2 cores with 3 nodes. */
const barSeconds = 75;

interface Round {
  readonly ready: number;
  readonly kind: number;
  readonly load: number;
  readonly removal: number;
  readonly exec: readonly number[];
  readonly execInPod: readonly number[];
}

export async function bench(args: readonly string[]): Promise<readonly BenchLine[]> {
  const rounds = Number(args[0] ?? 5);
  const log = (line: string): void => void process.stderr.write(`${line}\n`);
  const node = await ensureNodeImage({ log });
  const fixtures = await ensureFixturesImage({ log });
  const results: Round[] = [];
  for (let round = 1; round <= rounds; round++) {
    const result = await measure(node, fixtures);
    log(`round ${round} of ${rounds}: ready after ${result.ready.toFixed(1)} s (kind ${result.kind.toFixed(1)} s)`);
    results.push(result);
  }
  const seconds = (what: string, pick: (round: Round) => number, bar?: number): BenchLine =>
    lineOf(what, results.map(pick), 's', bar === undefined ? {} : { bar });
  return [
    seconds('cached image to all Ready, 3 nodes', (one) => one.ready, barSeconds),
    seconds('of that, kind create and pod network', (one) => one.kind),
    seconds('of that, nodes and CoreDNS Ready', (one) => one.ready - one.kind),
    seconds('fixtures image onto 3 nodes', (one) => one.load),
    seconds('cluster removed', (one) => one.removal),
    lineOf(
      'exec on a node',
      results.flatMap((one) => one.exec),
      'ms',
    ),
    lineOf(
      'exec in a pod',
      results.flatMap((one) => one.execInPod),
      'ms',
    ),
  ];
}

async function measure(
  node: { readonly image: string; readonly podNetwork: 'own' | 'kindnet' },
  fixtures: string,
): Promise<Round> {
  const folder = await mkdtemp(join(tmpdir(), 'staleproof-bench-'));
  const started = performance.now();
  let kind = 0;
  const open = await openCluster({
    provider: 'kind',
    familyMode: 'ipv4',
    kubeProxyMode: 'iptables',
    purpose: 'bench',
    workers: 2,
    nodeImage: node.image,
    podNetwork: node.podNetwork,
    runId: `bench-${process.pid}-${Math.round(started)}`,
    keep: false,
    reuse: false,
    folder,
    signal: new AbortController().signal,
    log: () => undefined,
    beforeReady: () => {
      kind = secondsSince(started);
      return Promise.resolve();
    },
  });
  const ready = secondsSince(started);
  try {
    const beforeLoad = performance.now();
    await open.cluster.loadImage(fixtures);
    const load = secondsSince(beforeLoad);
    const { exec, execInPod } = await measureExec(open.cluster, fixtures);
    const beforeRemoval = performance.now();
    await open.release(AbortSignal.timeout(120_000));
    return { ready, kind, load, removal: secondsSince(beforeRemoval), exec, execInPod };
  } catch (error) {
    await open.release(AbortSignal.timeout(120_000)).catch(() => undefined);
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureExec(cluster: Cluster, image: string): Promise<Pick<Round, 'exec' | 'execInPod'>> {
  const [worker] = await cluster.workers();
  if (worker === undefined) throw new Error('the cluster has no worker');
  const { name: namespace } = await cluster.createNamespace('bench');
  const container = { name: 'main', image, imagePullPolicy: 'IfNotPresent', command: ['sleep', 'infinity'] };
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'target', namespace },
    spec: { containers: [container] },
  };
  await cluster.api.apply(pod);
  await cluster.api.waitFor<typeof pod & { readonly status?: { readonly phase?: string } }, true>(
    { apiVersion: 'v1', kind: 'Pod', namespace, name: 'target' },
    ([found]) => (found?.status?.phase === 'Running' ? true : undefined),
    { what: 'the pod runs', timeoutMs: 60_000 },
  );
  const exec: number[] = [];
  const execInPod: number[] = [];
  for (let turn = 0; turn < 10; turn++) {
    exec.push((await worker.exec(['true'])).durationMs);
    execInPod.push((await cluster.api.exec({ namespace, name: 'target' }, ['true'])).durationMs);
  }
  return { exec, execInPod };
}

function secondsSince(start: number): number {
  return (performance.now() - start) / 1000;
}
