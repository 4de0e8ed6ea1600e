/** The pod's side: runs one shard as `npm run e2e` would, and leaves the outcome where its pod's end does not matter. */
import { mkdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect } from '../../harness/cluster/kube/connection.ts';
import { KubeClient } from '../../harness/cluster/kube/kube-client.ts';
import { EXIT } from '../../harness/run/exit-codes.ts';
import { runChild } from '../../harness/run/child-run.ts';
import { UsageError } from '../../harness/run/usage-error.ts';
import { packRun } from './archive.ts';
import { defaultNamespace } from './names.ts';
import { storeOutcome } from './outcome.ts';
import { handToSonobuoy } from './sonobuoy.ts';
import { shown } from '../../harness/run/shown.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

interface ShardRequest {
  readonly job: string;
  readonly namespace: string;
  readonly shard: number;
  readonly shards: number;
  readonly image: string | undefined;
  readonly args: readonly string[];
  /** Where Sonobuoy waits for a file named `done`; then nothing is stored in ConfigMaps. */
  readonly sonobuoy: string | undefined;
}

/** From what manifests/run set. Throws UsageError. */
export function shardRequest(env: Readonly<Record<string, string | undefined>>): ShardRequest {
  const args: unknown = JSON.parse(env['STALEPROOF_ARGUMENTS'] ?? '[]');
  const isList = Array.isArray(args) && args.every((one) => typeof one === 'string');
  if (!isList) throw new UsageError('STALEPROOF_ARGUMENTS: a JSON list of strings');
  const shards = Number(env['STALEPROOF_SHARDS'] ?? '1');
  const index = Number(env['JOB_COMPLETION_INDEX'] ?? '0');
  if (!Number.isInteger(shards) || !Number.isInteger(index) || index >= shards)
    throw new UsageError(`JOB_COMPLETION_INDEX ${index} of STALEPROOF_SHARDS ${shards}: it is set by an Indexed Job`);
  return {
    job: env['STALEPROOF_JOB'] ?? 'staleproof',
    namespace: env['STALEPROOF_NAMESPACE'] ?? defaultNamespace,
    shard: index + 1,
    shards,
    image: env['STALEPROOF_IMAGE'],
    args: args,
    sonobuoy: env['SONOBUOY_RESULTS_DIR'],
  };
}

/** Returns the exit code of the run. */
export async function runShard(request: ShardRequest, folder = process.cwd()): Promise<number> {
  const reports = join(folder, 'reports');
  await mkdir(reports, { recursive: true });
  let exitCode = await runCli(cliArguments(request, reports));
  const run = await readlink(join(reports, 'latest')).catch(() => undefined);
  // A run that was killed took nothing back; its journal is still in this pod.
  if (exitCode > 128) await runEntry('e2e/commands/gc.ts', []);
  if (request.sonobuoy !== undefined) {
    await handToSonobuoy(request.sonobuoy, run === undefined ? undefined : join(reports, run), exitCode);
    return exitCode;
  }
  const connection = await connect({});
  try {
    const archive = run === undefined ? Buffer.alloc(0) : await packRun(join(reports, run));
    const { job, namespace, shard } = request;
    await storeOutcome(new KubeClient(connection, { labels: {} }), namespace, { job, shard, exitCode, run }, archive);
    process.stdout.write(shown(`shard ${shard}/${request.shards}: exit ${exitCode}, ${archive.length} bytes stored\n`));
  } catch (error) {
    process.stderr.write(shown(`shard ${request.shard}: results could not be stored: ${String(error)}\n`));
    exitCode = exitCode === EXIT.asExpected ? EXIT.infrastructure : exitCode;
  } finally {
    connection.close();
  }
  return exitCode;
}

export function cliArguments(request: ShardRequest, reports: string): readonly string[] {
  const { shard, shards, image, args } = request;
  return [
    ...['--provider', 'existing', '--reports-folder', reports],
    ...(shards > 1 ? ['--shard', `${shard}/${shards}`] : []),
    // The pods and the node helper run the same image as this one.
    ...(image === undefined || args.includes('--fixtures-image') ? [] : ['--fixtures-image', image]),
    ...args,
  ];
}

const runCli = (args: readonly string[]): Promise<number> => runEntry('e2e/cli.ts', args);

/** A signal to the pod reaches the run, which cleans up and ends. */
const runEntry = (entry: string, args: readonly string[]): Promise<number> =>
  runChild(['--import', import.meta.resolve('tsx'), join(root, entry), ...args]);
