/** One line about objects for error messages: what keeps a reader from opening kubectl. */
import type { KubernetesObject } from '../kubernetes-object.ts';

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}
interface ContainerStatus {
  readonly name: string;
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly state?: Readonly<Record<string, { readonly reason?: string; readonly message?: string } | undefined>>;
}
interface AnyObject extends KubernetesObject {
  readonly spec?: { readonly replicas?: number };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly Condition[];
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly readyReplicas?: number;
    readonly numberReady?: number;
    readonly desiredNumberScheduled?: number;
  };
}

export function describeObjects(objects: readonly KubernetesObject[]): string {
  const shown = objects.slice(0, 8).map((object) => describeObject(object));
  if (objects.length > shown.length) shown.push(`and ${objects.length - shown.length} more`);
  return shown.join('; ');
}

function describeObject(object: AnyObject): string {
  const { metadata, status, kind } = object;
  const words = [`${kind} ${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}`];
  if (metadata.deletionTimestamp !== undefined) words.push('being deleted');
  if ((metadata.finalizers?.length ?? 0) > 0) words.push(`finalizers ${metadata.finalizers?.join(',') ?? ''}`);
  if (status?.phase !== undefined) words.push(status.phase);
  if (status?.desiredNumberScheduled !== undefined)
    words.push(`${status.numberReady ?? 0}/${status.desiredNumberScheduled} ready`);
  else if (object.spec?.replicas !== undefined && kind !== 'Service')
    words.push(`${status?.readyReplicas ?? 0}/${object.spec.replicas} ready`);
  for (const container of [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])])
    words.push(...troubleOf(container));
  words.push(...(status?.conditions ?? []).filter(isBad).map((one) => `${one.type}=${one.status}${because(one)}`));
  return words.join(' ');
}

function troubleOf(container: ContainerStatus): string[] {
  const restarts =
    (container.restartCount ?? 0) > 0
      ? [`container ${container.name} restarted ${container.restartCount ?? 0} times`]
      : [];
  const state = container.state?.['waiting'] ?? container.state?.['terminated'];
  if (state?.reason === undefined || state.reason === 'Completed') return restarts;
  return [...restarts, `container ${container.name} ${state.reason}${because({ message: state.message })}`];
}

/** Conditions named for trouble are bad when True, all others when not. */
function isBad(condition: Condition): boolean {
  const trouble = /Pressure|Unavailable|Failure|Failed|Terminating/.test(condition.type);
  return trouble ? condition.status === 'True' : condition.status !== 'True' && condition.reason !== 'PodCompleted';
}

function because(one: { readonly reason?: string | undefined; readonly message?: string | undefined }): string {
  const text = [one.reason, one.message].filter((part) => part !== undefined && part !== '').join(': ');
  return text === '' ? '' : ` (${text.replace(/\s+/g, ' ').slice(0, 160)})`;
}
