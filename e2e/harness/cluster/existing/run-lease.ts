/**
 * One run at a time on a cluster that is shared: node sysctls and proxies are common to all. A Lease says whose turn it is. Times in
 * it are of its holder's clock and are never compared with ours: somebody else's lease has run out when it was seen unchanged for its
 * whole duration, as client-go's leader election has it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { InfrastructureError } from '../../run/verdict-errors.ts';
import type { KubeApi } from '../cluster.ts';
import { isApiError } from '../kube/api-error.ts';
import type { KubernetesObject } from '../kubernetes-object.ts';

export interface LeaseObject extends KubernetesObject {
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: string;
    readonly renewTime?: string;
  };
}

/** Of the Lease of a run in the system namespace. */
export const leaseName = 'run';

interface LeaseOptions {
  readonly namespace: string;
  readonly name: string;
  readonly holder: string;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
  /** Default 30 s: a run that died keeps others out for so long. */
  readonly durationSeconds?: number;
  /** How long to wait for somebody else's; default is its duration and some seconds, which is enough to see a dead one expire. */
  readonly waitMs?: number;
}

export interface HeldLease {
  /** Aborts when somebody else has it, or when it could not be renewed for two thirds of its time: before anybody may take it. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
  /** For whoever borrowed a dead run's lease to tidy up behind it: it stays until it is dropped or expires. */
  stopRenewing(): void;
}

/** Throws InfrastructureError that names the holder when it stays taken. */
export async function holdLease(api: KubeApi, options: LeaseOptions): Promise<HeldLease> {
  const duration = options.durationSeconds ?? 30;
  const startedAt = performance.now();
  const patience = ({ spec }: LeaseObject): number =>
    options.waitMs ?? (Math.max(duration, spec?.leaseDurationSeconds ?? 0) + 5) * 1000;
  let seen: { readonly lease: string; readonly at: number } | undefined;
  const path = `/apis/coordination.k8s.io/v1/namespaces/${options.namespace}/leases`;
  let said = false;
  let acquired: string | undefined;
  while (acquired === undefined) {
    const taken = await attempt();
    if (taken === undefined) break;
    if (performance.now() > startedAt + patience(taken))
      throw new InfrastructureError(
        `the cluster is used by run ${taken.spec?.holderIdentity ?? '?'} (lease ${options.namespace}/${options.name}, taken ${taken.spec?.acquireTime ?? '?'}, renewed ${taken.spec?.renewTime ?? '?'}); wait for it to end`,
      );
    if (!said) options.log(`waiting for run ${taken.spec?.holderIdentity ?? '?'}, which uses the cluster`);
    said = true;
    await delay(1_000, undefined, { signal: options.signal });
  }

  /** Undefined when it is ours now, else whose it is. */
  async function attempt(): Promise<LeaseObject | undefined> {
    const current = await api.get<LeaseObject>(
      'coordination.k8s.io/v1',
      'Lease',
      options.name,
      options.namespace,
      options.signal,
    );
    if (current !== undefined && isAnothers(current)) return current;
    acquired = microTime();
    const lease = leaseBody(acquired, acquired, current?.metadata.resourceVersion);
    try {
      await api.raw(
        current === undefined ? 'POST' : 'PUT',
        current === undefined ? path : `${path}/${options.name}`,
        lease,
        options.signal,
      );
      return undefined;
    } catch (error) {
      acquired = undefined;
      // Somebody was quicker.
      if (isApiError(error, 409)) return current ?? leaseBody('', '');
      throw error;
    }
  }

  function isAnothers({ metadata, spec = {} }: LeaseObject): boolean {
    if ((spec.holderIdentity ?? '') === '' || spec.holderIdentity === options.holder) return false;
    const lease = JSON.stringify([metadata.uid, metadata.resourceVersion, spec]);
    if (seen?.lease !== lease) seen = { lease, at: performance.now() };
    return performance.now() - seen.at < (spec.leaseDurationSeconds ?? duration) * 1000;
  }

  function leaseBody(acquireTime: string, renewTime: string, resourceVersion?: string): LeaseObject {
    return {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: {
        name: options.name,
        namespace: options.namespace,
        ...(resourceVersion !== undefined && { resourceVersion }),
      },
      spec: { holderIdentity: options.holder, leaseDurationSeconds: duration, acquireTime, renewTime },
    };
  }

  const lost = new AbortController();
  let renewedAt = performance.now();
  const lose = (why: string): void => {
    clearInterval(timer);
    lost.abort(new InfrastructureError(`the lease ${options.namespace}/${options.name} was lost: ${why}`));
  };
  const renew = async (): Promise<void> => {
    const begun = performance.now();
    // A request that hangs must not hide that time is up.
    const signal = AbortSignal.timeout(Math.floor((duration * 1000) / 3));
    try {
      const target = {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        name: options.name,
        namespace: options.namespace,
      };
      const { apiVersion, kind, name, namespace } = target;
      const current = await api.get<LeaseObject>(apiVersion, kind, name, namespace, signal);
      if (current?.spec?.holderIdentity !== options.holder)
        return lose(`it is held by ${current?.spec?.holderIdentity ?? 'nobody'}`);
      // Of this version only: a successor's is not renewed in our name.
      const { resourceVersion } = current.metadata;
      await api.patch(target, { metadata: { resourceVersion }, spec: { renewTime: microTime() } }, signal);
      renewedAt = begun;
    } catch (error) {
      if (performance.now() - renewedAt < ((duration * 1000) / 3) * 2) return;
      lose(error instanceof Error ? error.message : String(error));
    }
  };
  const timer = setInterval(() => void renew(), (duration * 1000) / 3);
  timer.unref();
  return {
    lost: lost.signal,
    stopRenewing: () => clearInterval(timer),
    async release() {
      clearInterval(timer);
      const current = await api.get<LeaseObject>('coordination.k8s.io/v1', 'Lease', options.name, options.namespace);
      if (current?.spec?.holderIdentity === options.holder)
        await api.delete({
          apiVersion: 'coordination.k8s.io/v1',
          kind: 'Lease',
          name: options.name,
          namespace: options.namespace,
        });
    },
  };
}

/** Kubernetes' MicroTime wants six digits. */
function microTime(): string {
  return new Date().toISOString().replace('Z', '000Z');
}
