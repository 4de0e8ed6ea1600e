/** Which of the API's traffic is worth doing again, and which addresses the cluster chose. Secrets are named and not told. */
import type { ActionTarget } from '../../run/action.ts';
import { recordAction } from '../../run/record-action.ts';
import type { KubernetesObject } from '../kubernetes-object.ts';

interface WithAddresses extends KubernetesObject {
  readonly spec?: {
    readonly clusterIPs?: readonly string[];
    readonly ports?: readonly { readonly nodePort?: number }[];
    readonly hostNetwork?: boolean;
  };
  readonly status?: { readonly podIPs?: readonly { readonly ip: string }[] };
}

export function recordApply(object: KubernetesObject): void {
  recordAction({ do: 'apply', object: object.kind === 'Secret' ? withoutData(object) : object });
}

export function recordPatch(target: ActionTarget, patch: unknown): void {
  if (target.kind !== 'Secret') recordAction({ do: 'patch', target: targetOf(target), patch });
}

export function recordDelete(target: ActionTarget, graceSeconds: number | undefined): void {
  recordAction({
    do: 'delete',
    target: targetOf(target),
    ...(graceSeconds === undefined ? {} : { graceSeconds }),
  });
}

/** Addresses of Services and pods, as soon as an answer has them. */
export function recordAddresses(objects: readonly KubernetesObject[]): void {
  for (const object of objects as readonly WithAddresses[]) {
    const { kind, spec, status } = object;
    const target = targetOf({ apiVersion: 'v1', kind, ...object.metadata });
    if (kind === 'Pod' && status?.podIPs !== undefined && status.podIPs.length > 0)
      recordAction({ do: 'saw', target, addresses: status.podIPs.map(({ ip }) => ip) });
    if (kind === 'Service' && spec?.clusterIPs !== undefined) {
      const nodePorts = (spec.ports ?? []).flatMap(({ nodePort }) => nodePort ?? []);
      recordAction({
        do: 'saw',
        target,
        addresses: spec.clusterIPs,
        ...(nodePorts.length === 0 ? {} : { nodePorts }),
      });
    }
  }
}

function targetOf({ apiVersion, kind, namespace, name, subresource }: ActionTarget): ActionTarget {
  return {
    apiVersion,
    kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    ...(subresource === undefined ? {} : { subresource }),
  };
}

function withoutData(object: KubernetesObject): KubernetesObject {
  return Object.fromEntries(
    Object.entries(object).filter(([key]) => key !== 'data' && key !== 'stringData'),
  ) as unknown as KubernetesObject;
}
