/** `npm run cluster -- up|down|status`: a cluster to work with, outside of any run. */
import { existsSync, mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { FamilyMode } from '../harness/cluster/cluster.ts';
import type { ClusterMark } from '../harness/cluster/kind/cluster-mark.ts';
import { ENDING_SIGNALS, EXIT, exitCodeOfSignal } from '../harness/run/exit-codes.ts';
import { watchOutput } from '../harness/run/output.ts';
import { shown } from '../harness/run/shown.ts';

const usage = `usage: npm run cluster -- up [-i ipv4|ipv6|dual] [-b BACKEND] [--purpose WORD | --name NAME] [--workers N] [--node-image REF] [--no-fixtures] [--fresh]
       npm run cluster -- down [--name NAME | --purpose WORD [-i FAMILY] | --made-by REPORTS | --all]
       npm run cluster -- status [--json]
up takes over a running cluster of the same configuration; --fresh makes a new one instead.
down --made-by takes down what the runs below a folder of reports made, and nothing else.`;

const root = fileURLToPath(new URL('../..', import.meta.url));
const log = (line: string): void =>
  void process.stderr.write(shown(`${(performance.now() / 1000).toFixed(1).padStart(6)} s  ${line}\n`));

class UsageError extends Error {}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        'ip-family': { type: 'string', short: 'i', default: 'ipv4' },
        backend: { type: 'string', short: 'b', default: 'kube-proxy-iptables' },
        purpose: { type: 'string' },
        name: { type: 'string' },
        workers: { type: 'string', default: '2' },
        'node-image': { type: 'string' },
        'no-fixtures': { type: 'boolean', default: false },
        fresh: { type: 'boolean', default: false },
        all: { type: 'boolean', default: false },
        'made-by': { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

type Values = ReturnType<typeof parse>['values'];

function familyOf(values: Values): FamilyMode {
  const family = values['ip-family'];
  if (family === 'ipv4' || family === 'ipv6' || family === 'dual') return family;
  throw new UsageError(`-i ${family}: allowed are ipv4, ipv6, dual`);
}

async function up(values: Values, signal: AbortSignal): Promise<void> {
  const familyMode = familyOf(values);
  const workers = Number(values.workers);
  if (!Number.isInteger(workers) || workers < 0 || workers > 8)
    throw new UsageError(`--workers ${values.workers}: a number from 0 to 8`);
  const { areas } = await import('../areas/index.ts');
  const proxies = areas.ground?.subjects ?? [];
  const entry = proxies.find((one) => one.name === values.backend);
  if (entry === undefined)
    throw new UsageError(`-b ${values.backend}: allowed are ${proxies.map((one) => one.name).join(', ')}`);
  const [{ openCluster }, { ensureNodeImage }, { clusterName }] = await Promise.all([
    import('../harness/cluster/open.ts'),
    import('../../hack/images/node-image.ts'),
    import('../harness/cluster/kind/cluster-name.ts'),
  ]);
  const { readyForClusters } = await import('../../hack/machine/ready-for-clusters.ts');
  const { journalOf } = await import('../harness/run/journal.ts');
  const runId = `cluster-${new Date().toISOString().replace(/[-:.]/g, '')}-${process.pid}`;
  journalOf(runId).open();
  await readyForClusters({ log });
  const given = values['node-image'];
  const node =
    given === undefined ? await ensureNodeImage({ signal, log }) : { image: given, podNetwork: 'own' as const };
  const { ensureFixturesImage } = await import('../../hack/images/fixtures-image.ts');
  const fixturesImage = values['no-fixtures'] ? '' : await ensureFixturesImage({ signal, log });
  const proxy = await entry.load();
  const { createParts } = await import('../../hack/subjects/parts.ts');
  const { createSteps } = await import('../../hack/process/steps.ts');
  const parts = createParts(createSteps(log));
  const purpose = values.purpose ?? 'dev';
  const folder = join(root, 'reports', 'clusters', values.name ?? clusterName(purpose, familyMode));
  mkdirSync(folder, { recursive: true });
  const started = performance.now();
  const open = await openCluster({
    provider: 'kind',
    familyMode,
    kubeProxyMode: proxy.clusterNeeds?.kubeProxyMode ?? 'iptables',
    purpose,
    workers,
    nodeImage: node.image,
    ...(values.name !== undefined && { clusterName: values.name }),
    podNetwork: node.podNetwork,
    runId,
    keep: true,
    reuse: !values.fresh,
    folder,
    signal,
    log,
    beforeReady: async (cluster, inner) => {
      const context = { cluster, signal: inner, options: {}, fixturesImage, parts, log };
      const missing = await proxy.preflight(context);
      if (missing.length > 0) throw new Error(`${proxy.name} cannot be installed: ${missing.join('; ')}`);
      await proxy.install(context);
    },
  });
  const { cluster } = open;
  log(`${cluster.name} is ready after ${((performance.now() - started) / 1000).toFixed(1)} s with ${proxy.name}`);
  if (fixturesImage !== '') await cluster.loadImage(fixturesImage, signal);
  await open.release(signal);
  process.stdout.write(shown(`export KUBECONFIG=${cluster.kubeconfigPath}\n`));
  if (fixturesImage !== '') process.stdout.write(shown(`export FIXTURES_IMAGE=${fixturesImage}\n`));
}

async function down(values: Values): Promise<void> {
  const folder = values['made-by'];
  if (folder !== undefined) return downMadeBy(folder);
  const { ourClusters } = await import('../harness/cluster/kind/our-clusters.ts');
  const { clusterName } = await import('../harness/cluster/kind/cluster-name.ts');
  const { removeCluster } = await import('../harness/cluster/kind/remove-cluster.ts');
  const all = async (): Promise<Set<string>> => new Set((await ourClusters()).map(({ name }) => name));
  const wanted = values.all ? await all() : [values.name ?? clusterName(values.purpose ?? 'dev', familyOf(values))];
  const stayed: string[] = [];
  // One that is in use must not keep the others.
  for (const name of wanted)
    try {
      process.stdout.write(shown(`${name}: ${await removeCluster(name)}\n`));
    } catch (error) {
      stayed.push(`${name} stays: ${error instanceof Error ? error.message : String(error)}`);
    }
  if (stayed.length > 0) throw new Error(stayed.join('; '));
}

async function downMadeBy(folder: string): Promise<void> {
  const { removeClustersMade } = await import('../compose/clusters-made.ts');
  if (!(await removeClustersMade(folder, new Set(), [])))
    throw new Error(`clusters of the runs below ${folder} may be left`);
}

async function status(values: Values): Promise<void> {
  const { isOurs, userOf } = await import('../harness/cluster/kind/cluster-mark.ts');
  const { ourClusters } = await import('../harness/cluster/kind/our-clusters.ts');
  const { nameOwner } = await import('../harness/cluster/kind/name-lock.ts');
  const rows = (await ourClusters()).map((cluster) => ({
    name: cluster.name,
    mark: cluster.mark ?? null,
    usedBy: nameOwner(cluster.name) ?? (cluster.mark && userOf(cluster.mark)) ?? null,
    trouble: cluster.trouble ?? (isOurs(cluster, cluster.mark) ? null : 'not made by staleproof'),
  }));
  if (values.json) return void process.stdout.write(shown(`${JSON.stringify(rows, null, 2)}\n`));
  if (rows.length === 0) return void process.stdout.write(shown('no cluster of staleproof on this machine\n'));
  for (const { name, mark, usedBy, trouble } of rows) {
    const state = trouble ?? stateOf(mark, usedBy?.run);
    const what = mark === null ? '' : `  ${mark.familyMode}  kube-proxy ${mark.kubeProxyMode}  since ${mark.createdAt}`;
    const config = join(root, 'reports', 'clusters', name, 'kubeconfig');
    process.stdout.write(
      shown(`${name}  ${state}${what}  ${existsSync(config) ? relative(process.cwd(), config) : ''}\n`),
    );
  }
}

function stateOf(mark: ClusterMark | null, user: string | undefined): string {
  if (user !== undefined) return `${mark?.ready === true ? 'used' : 'being made'} by run ${user}`;
  if (mark?.ready !== true) return 'unfinished';
  return mark.kept ? 'kept' : 'left behind';
}

async function main(): Promise<number> {
  const { values, positionals } = parse(process.argv.slice(2));
  const [verb, ...rest] = positionals;
  if (values.help) {
    process.stdout.write(shown(`${usage}\n`));
    return 0;
  }
  if (rest.length > 0) throw new UsageError(`unexpected: ${rest.join(' ')}`);
  const abort = new AbortController();
  // `once` would not do: execa's own handler ends the process when it finds itself the only listener left.
  let interruptedAt = 0;
  let signalCode: number = EXIT.sigint;
  // A cluster that is half made or half gone is of no use to a reader who left.
  watchOutput(() => undefined);
  for (const signal of ENDING_SIGNALS)
    process.on(signal, () => {
      // npm delivers one Ctrl-C twice; a second one later means it.
      if (interruptedAt > 0 && performance.now() - interruptedAt > 1_000) process.exit(exitCodeOfSignal(signal));
      if (interruptedAt === 0) signalCode = exitCodeOfSignal(signal);
      if (interruptedAt === 0) interruptedAt = performance.now();
      abort.abort(new Error(`interrupted by ${signal}; cleaning up`));
    });
  try {
    if (verb === 'up') await up(values, abort.signal);
    else if (verb === 'down') await down(values);
    else if (verb === 'status') await status(values);
    else throw new UsageError(verb === undefined ? 'up, down or status?' : `unknown: ${verb}`);
    return 0;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    process.stderr.write(shown(`staleproof: ${error instanceof Error ? error.message : String(error)}\n`));
    return abort.signal.aborted ? signalCode : EXIT.infrastructure;
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(shown(`staleproof: ${(error as Error).message}\n${usage}\n`));
  process.exitCode = 64;
}
