/** How the parts of a run inside a cluster find each other: by the Job's name alone, so that nothing is kept on a laptop. */
export const defaultNamespace = 'staleproof-system';
export const jobLabel = 'staleproof.dev/in-cluster';
export const shardLabel = 'staleproof.dev/shard';
/** On the pods of an Indexed Job, by Kubernetes. */
export const indexLabel = 'batch.kubernetes.io/job-completion-index';

/** The ConfigMap of a shard's outcome; its archive is in `<this>-<number>`. Shards count from 1. */
export function outcomeName(job: string, shard: number): string {
  return `${job}-shard-${shard}`;
}
