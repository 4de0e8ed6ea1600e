/**
 * The tuner and the reset as a user would apply them, around one run of the reproducer. Several runs share a tuner: each
 * leaves a mark, and the last one to go restores the nodes.
 */
import { readFile } from 'node:fs/promises';
import type { KubeApi } from '../../../harness/cluster/cluster.ts';
import type { KubernetesObject } from '../../../harness/cluster/kubernetes-object.ts';
import { parseManifest } from '../../../harness/cluster/kube/manifest.ts';

const manifests = new URL('../../../../manifests/', import.meta.url);
const namespace = 'kube-system';
const userLabel = 'staleproof.dev/conntrack-tuner-user';
const readyWithinMs = 120_000;

interface DaemonSet extends KubernetesObject {
  readonly spec: {
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly template: {
      readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
      readonly spec: {
        readonly initContainers?: readonly Container[];
        readonly containers: readonly Container[];
      };
    };
  };
  readonly status?: {
    readonly desiredNumberScheduled?: number;
    readonly numberReady?: number;
    readonly updatedNumberScheduled?: number;
    readonly observedGeneration?: number;
  };
}
interface Container {
  readonly name: string;
  readonly image: string;
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
}

export interface TunerOptions {
  readonly seconds: number;
  /** Any image with a shell, for clusters that cannot pull the manifest's own. */
  readonly image: string | undefined;
  readonly run: string;
  log(line: string): void;
}

/** Returns the way back. Throws with the log of a pod that could not set its node. */
export async function tuneConntrack(api: KubeApi, options: TunerOptions): Promise<() => Promise<void>> {
  const mark = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `conntrack-tuner-${options.run}`, namespace, labels: { [userLabel]: options.run } },
  };
  await api.apply(mark);
  const timeouts = `tcp_timeout_established=${options.seconds}`;
  const tuner = adapt(await manifest('conntrack-tuner.yaml'), options.image, { CONNTRACK_TIMEOUTS: timeouts });
  const back = async (): Promise<void> => {
    await api.delete({ ...mark, name: mark.metadata.name, namespace });
    const others = await api.list('v1', 'ConfigMap', { namespace, labelSelector: userLabel });
    if (others.length > 0) {
      options.log(`conntrack timeouts stay: ${others.length} other run(s) still use them`);
      return;
    }
    await api.delete(target(tuner), { graceSeconds: 1 });
    const reset = renamed(adapt(await manifest('conntrack-reset.yaml'), options.image, {}), options.run);
    await api.apply(reset);
    try {
      await ready(api, reset, options);
      options.log('conntrack timeouts restored on every node');
    } finally {
      await api.delete(target(reset), { graceSeconds: 1 });
    }
  };
  try {
    await api.apply(tuner);
    await ready(api, tuner, options);
    options.log(`nf_conntrack_tcp_timeout_established is ${options.seconds} s on every node`);
  } catch (error) {
    await back().catch((late: unknown) => options.log(`not restored: ${String(late)}`));
    throw error;
  }
  return back;
}

async function manifest(file: string): Promise<DaemonSet> {
  const [object] = await parseManifest(await readFile(new URL(file, manifests), 'utf8'));
  return object as DaemonSet;
}

/** The same manifest with another image or other values of its environment. */
export function adapt(
  daemonSet: DaemonSet,
  image: string | undefined,
  env: Readonly<Record<string, string>>,
): DaemonSet {
  const change = (container: Container): Container => ({
    ...container,
    image: image ?? container.image,
    ...(container.env === undefined
      ? {}
      : {
          env: container.env.map((entry) => ({
            ...entry,
            ...(entry.name in env ? { value: env[entry.name] ?? '' } : {}),
          })),
        }),
  });
  const { spec } = daemonSet.spec.template;
  const pod = {
    ...spec,
    containers: spec.containers.map(change),
    ...(spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(change) }),
  };
  return { ...daemonSet, spec: { ...daemonSet.spec, template: { ...daemonSet.spec.template, spec: pod } } };
}

/** Under a name of the run's own: two runs that end at once must not take each other's reset away. */
export function renamed(daemonSet: DaemonSet, run: string): DaemonSet {
  const name = `${daemonSet.metadata.name}-${run}`;
  const labels = { app: name };
  const { template } = daemonSet.spec;
  return {
    ...daemonSet,
    metadata: { ...daemonSet.metadata, name, labels },
    spec: {
      ...daemonSet.spec,
      selector: { matchLabels: labels },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}

function target({ apiVersion, kind, metadata: { name } }: DaemonSet) {
  return { apiVersion, kind, name, namespace };
}

async function ready(api: KubeApi, daemonSet: DaemonSet, options: TunerOptions): Promise<void> {
  const { name } = daemonSet.metadata;
  const applied = await api.get<DaemonSet>('apps/v1', 'DaemonSet', name, namespace);
  const generation = applied?.metadata.generation ?? 0;
  const isReady = ([found]: readonly DaemonSet[]): true | undefined => {
    const status = found?.status;
    const desired = status?.desiredNumberScheduled ?? -1;
    const current = (status?.observedGeneration ?? 0) >= generation && status?.updatedNumberScheduled === desired;
    return current && desired > 0 && status.numberReady === desired ? true : undefined;
  };
  await api
    .waitFor({ apiVersion: 'apps/v1', kind: 'DaemonSet', namespace, name }, isReady, {
      timeoutMs: readyWithinMs,
      what: `DaemonSet ${name} is Ready on every node`,
    })
    .catch(async (error: unknown) => {
      const pods = await api.list('v1', 'Pod', { namespace, labelSelector: `app=${name}` });
      for (const pod of pods) {
        const text = await api.logs({ namespace, name: pod.metadata.name }, { tailLines: 5 }).catch(String);
        options.log(`${pod.metadata.name}: ${text.trim()}`);
      }
      throw error;
    });
}
