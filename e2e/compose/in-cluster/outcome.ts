/** Outcomes of shards as ConfigMaps: small enough everywhere, and there after pod, node and laptop are gone. */
import { createHash } from 'node:crypto';
import type { KubeApi } from '../../harness/cluster/cluster.ts';
import type { KubernetesObject } from '../../harness/cluster/kubernetes-object.ts';
import { EXIT } from '../../harness/run/exit-codes.ts';
import { runName } from '../../harness/run/contained-path.ts';
import { chunksOf } from './archive.ts';
import { jobLabel, outcomeName, shardLabel } from './names.ts';

export interface ShardOutcome {
  readonly job: string;
  /** From 1. */
  readonly shard: number;
  readonly exitCode: number;
  /** Name of the run, undefined when it did not come so far as to have a folder. */
  readonly run: string | undefined;
}

interface ConfigMap extends KubernetesObject {
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
}
interface Place {
  readonly namespace: string;
  readonly job: string;
}

/** Pieces first: who finds the outcome finds all of them. */
export async function storeOutcome(
  api: KubeApi,
  namespace: string,
  outcome: ShardOutcome,
  archive: Buffer,
): Promise<void> {
  const name = outcomeName(outcome.job, outcome.shard);
  const labels = { [jobLabel]: outcome.job, [shardLabel]: String(outcome.shard) };
  const chunks = chunksOf(archive);
  for (const [index, chunk] of chunks.entries())
    await api.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `${name}-${index}`, namespace, labels },
      binaryData: { chunk: chunk.toString('base64') },
    } as KubernetesObject);
  const data = {
    exitCode: String(outcome.exitCode),
    chunks: String(chunks.length),
    sha256: sha256(archive),
    ...(outcome.run !== undefined && { run: outcome.run }),
  };
  await api.apply({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace, labels },
    data,
  } as KubernetesObject);
}

/** Throws ForeignNameError for a run whose name is none: it becomes a folder of whoever retrieves it. */
export async function storedOutcome(api: KubeApi, place: Place, shard: number): Promise<ShardOutcome | undefined> {
  const name = outcomeName(place.job, shard);
  const map = await read(api, place.namespace, name);
  if (map === undefined) return undefined;
  const { exitCode: code = '', run } = map.data ?? {};
  return {
    job: place.job,
    shard,
    // What is no exit code is no success either.
    exitCode: /^\d{1,3}$/.test(code) ? Number(code) : EXIT.infrastructure,
    run: run === undefined ? undefined : runName(run, `ConfigMap ${place.namespace}/${name}`),
  };
}

/** Throws when a piece is missing or the sum is wrong. */
export async function storedArchive(api: KubeApi, place: Place, shard: number): Promise<Buffer> {
  const name = outcomeName(place.job, shard);
  const map = await read(api, place.namespace, name);
  const pieces: Buffer[] = [];
  for (let index = 0; index < Number(map?.data?.['chunks'] ?? '0'); index++) {
    const piece = await read(api, place.namespace, `${name}-${index}`);
    if (piece === undefined) throw new Error(`ConfigMap ${place.namespace}/${name}-${index} is missing`);
    pieces.push(Buffer.from(piece.binaryData?.['chunk'] ?? '', 'base64'));
  }
  const archive = Buffer.concat(pieces);
  const expected = map?.data?.['sha256'];
  if (sha256(archive) !== expected)
    throw new Error(
      `results of shard ${shard}: sha256 of ${archive.length} bytes is ${sha256(archive)}, expected ${expected ?? 'none'} (ConfigMap ${place.namespace}/${name})`,
    );
  return archive;
}

/** Returns how many there were. */
export async function deleteOutcomes(api: KubeApi, { namespace, job }: Place): Promise<number> {
  const maps = await api.list<ConfigMap>('v1', 'ConfigMap', { namespace, labelSelector: `${jobLabel}=${job}` });
  for (const { metadata } of maps)
    await api.delete({ apiVersion: 'v1', kind: 'ConfigMap', name: metadata.name, namespace }, { wait: false });
  return maps.length;
}

function read(api: KubeApi, namespace: string, name: string): Promise<ConfigMap | undefined> {
  return api.get<ConfigMap>('v1', 'ConfigMap', name, namespace);
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
