/** The Job of a run inside a cluster: made, looked at and removed by its name alone. */
import { readFile } from 'node:fs/promises';
import type { KubeApi, PodRef } from '../../harness/cluster/cluster.ts';
import type { KubernetesObject } from '../../harness/cluster/kubernetes-object.ts';
import { UsageError } from '../../harness/run/usage-error.ts';
import { defaultNamespace, indexLabel, jobLabel } from './names.ts';
import { deleteOutcomes, type ShardOutcome, storedOutcome } from './outcome.ts';

const manifest = new URL('../../../manifests/run/job.yaml', import.meta.url);
const access = new URL('../../../manifests/node-helper/suite-access.yaml', import.meta.url);

export interface JobRequest {
  readonly name: string;
  readonly namespace: string;
  readonly shards: number;
  readonly image: string;
  readonly args: readonly string[];
}
export interface JobPlace {
  readonly name: string;
  readonly namespace: string;
}
export interface Shard {
  /** From 1. */
  readonly number: number;
  readonly state: 'waiting' | 'running' | 'done' | 'lost';
  readonly pod?: PodRef;
  readonly node?: string;
  readonly outcome?: ShardOutcome;
  /** Why it does not run, or how it ended without an outcome. */
  readonly remark?: string;
}

interface Job extends KubernetesObject {
  readonly spec?: { readonly completions?: number };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}
interface Pod extends KubernetesObject {
  readonly spec?: { readonly nodeName?: string };
  readonly status?: {
    readonly phase?: string;
    readonly containerStatuses?: readonly {
      readonly state?: {
        readonly waiting?: { readonly reason?: string; readonly message?: string };
        readonly terminated?: { readonly reason?: string; readonly exitCode?: number };
      };
    }[];
  };
}
const jobKind = { apiVersion: 'batch/v1', kind: 'Job' } as const;

/** Applies the account too unless it is there. Throws UsageError when a Job of that name exists. */
export async function startJob(api: KubeApi, request: JobRequest): Promise<void> {
  const { name, namespace, shards, image, args } = request;
  if ((await api.get(jobKind.apiVersion, jobKind.kind, name, namespace)) !== undefined)
    throw new UsageError(`Job ${namespace}/${name} exists: retrieve and delete it first, or choose another --name`);
  const account = await api.get('v1', 'ServiceAccount', 'staleproof', namespace);
  if (account === undefined && namespace !== defaultNamespace)
    throw new UsageError(
      `${namespace} has no service account staleproof; manifests/node-helper/suite-access.yaml makes one`,
    );
  if (account === undefined) await api.applyYaml(await readFile(access, 'utf8'));
  // Inside a quoted scalar a quote is doubled.
  const quoted = JSON.stringify(args).replaceAll("'", "''");
  const values = { NAME: name, NAMESPACE: namespace, SHARDS: String(shards), IMAGE: image, ARGUMENTS: quoted };
  await api.applyYaml(await readFile(manifest, 'utf8'), values);
}

/** Every shard in order. Throws UsageError when there is no such Job. */
export async function shardsOf(api: KubeApi, { name, namespace }: JobPlace): Promise<readonly Shard[]> {
  const job = await api.get<Job>(jobKind.apiVersion, jobKind.kind, name, namespace);
  if (job === undefined) throw new UsageError(`there is no Job ${namespace}/${name}`);
  const pods = await api.list<Pod>('v1', 'Pod', { namespace, labelSelector: `${jobLabel}=${name}` });
  const shards: Shard[] = [];
  for (let number = 1; number <= (job.spec?.completions ?? 1); number++) {
    const pod = pods.find(({ metadata }) => metadata.labels?.[indexLabel] === String(number - 1));
    const outcome = await storedOutcome(api, { namespace, job: name }, number);
    shards.push({
      number,
      state: stateOf(pod, outcome),
      ...(pod !== undefined && { pod: { namespace, name: pod.metadata.name } }),
      ...(pod?.spec?.nodeName !== undefined && { node: pod.spec.nodeName }),
      ...(outcome !== undefined && { outcome }),
      ...remarkOf(pod),
    });
  }
  return shards;
}

export const isOver = (shards: readonly Shard[]): boolean =>
  shards.every(({ state }) => state === 'done' || state === 'lost');

function stateOf(pod: Pod | undefined, outcome: ShardOutcome | undefined): Shard['state'] {
  if (outcome !== undefined) return 'done';
  const phase = pod?.status?.phase;
  if (phase === 'Running') return 'running';
  return phase === 'Failed' || phase === 'Succeeded' ? 'lost' : 'waiting';
}

function remarkOf(pod: Pod | undefined): { readonly remark?: string } {
  const state = pod?.status?.containerStatuses?.[0]?.state;
  const { waiting, terminated } = state ?? {};
  if (waiting?.reason !== undefined && waiting.reason !== 'ContainerCreating')
    return { remark: `${waiting.reason}: ${waiting.message ?? ''}`.slice(0, 200) };
  if (terminated !== undefined && terminated.reason !== 'Completed' && terminated.reason !== 'Error')
    return { remark: `${terminated.reason ?? 'ended'}, exit ${terminated.exitCode ?? '?'}` };
  return {};
}

/** Pods get their time to take back what they changed; returns what was removed. */
export async function deleteJob(api: KubeApi, { name, namespace }: JobPlace): Promise<string> {
  const path = `/apis/batch/v1/namespaces/${encodeURIComponent(namespace)}/jobs/${encodeURIComponent(name)}`;
  const body = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Foreground' };
  const found = (await api.get(jobKind.apiVersion, jobKind.kind, name, namespace)) !== undefined;
  if (found) await api.raw('DELETE', path, body);
  await api.waitFor<Pod, true>(
    { apiVersion: 'v1', kind: 'Pod', namespace, labelSelector: `${jobLabel}=${name}` },
    (pods) => (pods.length === 0 ? true : undefined),
    { what: `pods of Job ${namespace}/${name} are gone`, timeoutMs: 240_000 },
  );
  const maps = await deleteOutcomes(api, { namespace, job: name });
  return `${found ? 'Job and pods' : 'no Job'}, ${maps} ConfigMaps`;
}
