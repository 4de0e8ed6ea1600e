/**
 * Makes the resourceVersion that every client holds expire: the API server keeps the last events of a kind for some minutes
 * and then only as many as its watch cache takes, so changes of other ConfigMaps push the held version out of it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster } from '../../../harness/cluster/cluster.ts';
import { InconclusiveError } from '../../../harness/run/verdict-errors.ts';

export interface VersionExpiry {
  /** The newest version that a client can hold now. Call it before clients are cut off. */
  hold(signal: AbortSignal): Promise<string>;
  /** Returns what was seen once a watch from `held` is answered with 410. Throws InconclusiveError when that never comes. */
  untilExpired(held: string, signal: AbortSignal): Promise<string>;
}

/** Events stay fresh for 135 s (Kubernetes 1.32 and later; 75 s before); then the cache no longer grows for them. */
const atMostSeconds = 240;
const changesARound = 60;

export function versionExpiry(cluster: Cluster, namespace: string): VersionExpiry {
  const { api } = cluster;
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  const churn = { apiVersion: 'v1', kind: 'ConfigMap', name: 'churn', namespace } as const;
  let changes = 0;
  const change = async (signal: AbortSignal): Promise<void> => {
    changes += 1;
    await api.patch(churn, { data: { change: String(changes) } }, signal);
  };
  const round = async (signal: AbortSignal): Promise<void> => {
    for (let done = 0; done < changesARound; done += 10)
      await Promise.all(Array.from({ length: 10 }, () => change(signal)));
  };
  return {
    hold: async (signal) => {
      const { name, ...kind } = churn;
      await api.apply(
        { apiVersion: kind.apiVersion, kind: kind.kind, metadata: { name, namespace }, data: {} },
        signal,
      );
      const list = (await api.raw('GET', `${path}?limit=1`, undefined, signal)) as {
        readonly metadata: { readonly resourceVersion: string };
      };
      return list.metadata.resourceVersion;
    },
    untilExpired: async (held, signal) => {
      const started = performance.now();
      for (let tries = 1; ; tries += 1) {
        await round(signal);
        const seconds = (performance.now() - started) / 1000;
        if (await isExpired(api, path, held, signal))
          return `a watch from version ${held} was answered 410 after ${seconds.toFixed(0)} s and ${changes} changes`;
        if (seconds > atMostSeconds)
          throw new InconclusiveError(
            `version ${held}: expected 410 from a watch of our own, observed none in ${tries} tries over ${seconds.toFixed(0)} s and ${changes} changes`,
          );
        await delay(5000, undefined, { signal });
      }
    },
  };
}

/** Expired means: the stream's first and only event is an ERROR with code 410. */
async function isExpired(api: Cluster['api'], path: string, version: string, signal: AbortSignal): Promise<boolean> {
  try {
    const query = `${path}?watch=true&resourceVersion=${version}&timeoutSeconds=1`;
    const answer = (await api.raw('GET', query, undefined, signal)) as
      { readonly type?: string; readonly object?: { readonly code?: number } } | undefined;
    return answer?.type === 'ERROR' && answer.object?.code === 410;
  } catch (error) {
    signal.throwIfAborted();
    if ((error as { status?: number }).status === 410) return true;
    // Several events are several JSON documents: the version is still known.
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
