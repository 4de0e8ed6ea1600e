/** The agent's objects in a cluster: from the manifests, as a subject and its options want them, applied and taken away. */
import { readFile } from 'node:fs/promises';
import { parseManifest } from '../../../harness/cluster/kube/manifest.ts';
import type { KubernetesObject } from '../../../harness/cluster/kubernetes-object.ts';
import { npaInstallation } from './npa-installations.ts';
import type { SubjectContext } from '../../../harness/subject/subject.ts';

export const npaNamespace = 'kube-system';
const readyWithinMs = 180_000;
const goneWithinMs = 60_000;
const manifests = new URL('../../../../manifests/npa/', import.meta.url);

interface Container {
  readonly name: string;
  readonly securityContext?: Readonly<Record<string, unknown>>;
}
interface Workload extends KubernetesObject {
  readonly spec: {
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly template: { readonly spec: { readonly containers: readonly Container[] } };
  };
  readonly status?: {
    readonly desiredNumberScheduled?: number;
    readonly updatedNumberScheduled?: number;
    readonly numberReady?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
    readonly observedGeneration?: number;
  };
}

/** All documents of a manifest. `name`: the subject, whose variant may ask for other capabilities of the agent. */
export async function npaObjects(
  file: 'crds.yaml' | 'agent.yaml' | 'controller.yaml',
  values: Readonly<Record<string, string>>,
  name: string,
): Promise<readonly KubernetesObject[]> {
  const objects = await parseManifest(await readFile(new URL(file, manifests), 'utf8'), values);
  return objects.map((object) => (object.kind === 'DaemonSet' ? withCapabilities(object as Workload, name) : object));
}

function withCapabilities(daemonSet: Workload, name: string): KubernetesObject {
  const { template } = daemonSet.spec;
  const capabilities = { drop: ['ALL'], add: npaInstallation(name).capabilities };
  const containers = template.spec.containers.map((container) => ({
    ...container,
    securityContext: { ...container.securityContext, capabilities },
  }));
  const spec = { ...daemonSet.spec, template: { ...template, spec: { ...template.spec, containers } } };
  return { ...daemonSet, spec } as KubernetesObject;
}

/** Ready proves the start only; that the agent enforces and cleans is a premise of every spec. */
export async function applyObjects(context: SubjectContext, objects: readonly KubernetesObject[]): Promise<void> {
  for (const object of objects) await context.cluster.api.apply(object, context.signal);
  for (const object of objects)
    if (object.kind === 'DaemonSet' || object.kind === 'Deployment') await rolledOut(context, object as Workload);
}

/** In reverse, each until it is gone; the pods too, which otherwise outlive their owner by seconds. */
export async function deleteObjects(context: SubjectContext, objects: readonly KubernetesObject[]): Promise<void> {
  const { api } = context.cluster;
  const options = { graceSeconds: 1, timeoutMs: goneWithinMs, signal: context.signal };
  for (const { apiVersion, kind, metadata } of objects.toReversed())
    await api.delete(
      {
        apiVersion,
        kind,
        name: metadata.name,
        ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      },
      options,
    );
  for (const object of objects) {
    if (object.kind !== 'DaemonSet' && object.kind !== 'Deployment') continue;
    const { selector } = (object as Workload).spec;
    await api.waitFor(
      {
        apiVersion: 'v1',
        kind: 'Pod',
        namespace: npaNamespace,
        labelSelector: Object.entries(selector.matchLabels)
          .map((pair) => pair.join('='))
          .join(','),
      },
      (pods) => (pods.length === 0 ? true : undefined),
      { timeoutMs: goneWithinMs, signal: context.signal, what: `the pods of ${object.metadata.name} are gone` },
    );
  }
}

async function rolledOut(context: SubjectContext, workload: Workload): Promise<void> {
  const { api } = context.cluster;
  const { apiVersion, kind, metadata } = workload;
  const wanted = await api.get<Workload>(apiVersion, kind, metadata.name, npaNamespace, context.signal);
  const generation = wanted?.metadata.generation ?? 0;
  await api.waitFor<Workload, true>(
    { apiVersion, kind, namespace: npaNamespace, name: metadata.name },
    ([found]) => (isRolledOut(found?.status, generation) ? true : undefined),
    { timeoutMs: readyWithinMs, signal: context.signal, what: `${kind} ${metadata.name} is Ready` },
  );
}

function isRolledOut(status: Workload['status'], generation: number): boolean {
  if (status === undefined || (status.observedGeneration ?? 0) < generation) return false;
  const desired = status.desiredNumberScheduled ?? status.replicas ?? 0;
  const updated = status.updatedNumberScheduled ?? status.updatedReplicas ?? 0;
  return desired > 0 && updated === desired && (status.numberReady ?? status.readyReplicas ?? 0) === desired;
}
