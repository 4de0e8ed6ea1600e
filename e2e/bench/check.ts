/**
 * `npm run bench -- check`: a look at a cluster of 5,000 nodes and 100,000 pods, of a stand-in API server in a process of its own; once
 * in pages, once whole, as a watch cache may answer.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { areas } from '../areas/index.ts';
import { look } from '../check/look.ts';
import { StandInApi } from '../check/stand-in-api.ts';
import { node, pod, proxyPod, service } from '../check/stand-in-objects.ts';
import { connect } from '../harness/cluster/kube/connection.ts';
import type { BenchLine } from './bench-line.ts';

const NODES = 5_000;
const PODS = 100_000;
const SERVICES = 1_000;
/** Text of a usual pod in the API: 4 KB with its annotations and managed fields. */
const FILLER = 'x'.repeat(3_200);
const LIMIT_MS = 120_000;

export async function bench(): Promise<readonly BenchLine[]> {
  return [...(await lookAtLarge('in pages', false)), ...(await lookAtLarge('whole', true))];
}

async function lookAtLarge(how: string, ignoresLimit: boolean): Promise<readonly BenchLine[]> {
  const argv = ['--import', 'tsx', fileURLToPath(import.meta.url), ignoresLimit ? 'whole' : 'pages'];
  const server = spawn(process.execPath, argv, { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    const [kubeconfig] = (await once(createInterface({ input: server.stdout }), 'line')) as [string];
    const connection = await connect({ kubeconfig });
    const begun = process.cpuUsage();
    const data = { compat: { schema: 1 as const, measurements: [], defects: [] }, source: 'none' };
    const { took, cluster } = await look(connection, { areas, data, signal: AbortSignal.timeout(LIMIT_MS) });
    const { user, system } = process.cpuUsage(begun);
    connection.close();
    return [
      { what: `${how}: pods seen`, value: cluster.pods ?? 0, unit: 'pods', bar: PODS },
      { what: `${how}: a look`, value: took.ms / 1000, unit: 's', bar: 30 },
      { what: `${how}: CPU of the look`, value: (user + system) / 1e6, unit: 's' },
      { what: `${how}: memory at the end`, value: Math.round(process.memoryUsage.rss() / 2 ** 20), unit: 'MiB' },
    ];
  } finally {
    server.stdin.end();
    await once(server, 'exit');
  }
}

function withFiller(one: ReturnType<typeof pod>): object {
  return { ...one, metadata: { ...one.metadata, annotations: { filler: FILLER } } };
}

async function serve(ignoresLimit: boolean): Promise<void> {
  const nodes = Array.from({ length: NODES }, (_, index) => node(`node-${index}`));
  const pods = Array.from({ length: PODS }, (_, index) =>
    index < NODES ? proxyPod(`node-${index}`) : withFiller(pod(`pod-${index}`, { node: `node-${index % NODES}` })),
  );
  const services = Array.from({ length: SERVICES }, (_, index) =>
    service(`s-${index}`, [{ protocol: 'UDP', port: 53 }]),
  );
  const api = await StandInApi.start({ nodes, pods, services, configs: {} }, { ignoresLimit });
  process.stdout.write(`${api.kubeconfig}\n`);
  process.stdin.resume();
  process.stdin.on('end', () => void api.stop());
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await serve(process.argv[2] === 'whole');
