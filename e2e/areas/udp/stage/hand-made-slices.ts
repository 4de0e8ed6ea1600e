/**
 * EndpointSlices of a Service without a selector: which servers come and go with one change, and in which slice they stand, is the
 * spec's choice, where the controller's own slices are full at a hundred endpoints and change when it likes.
 */
import type { SpecContext } from '../../../harness/run/context.ts';
import type { ServiceStage } from './service-stage.ts';
import { SERVICE_NAME } from './service-objects.ts';
import type { StagePod } from './stage-options.ts';

export interface SliceShape {
  /** The slice is `svc-<name>`. */
  readonly name: string;
  readonly ready: readonly StagePod[];
  /** Endpoints beside them that are not ready, at addresses that nobody has: nothing is sent to them. */
  readonly unready?: number;
}

/** Writes the slice whole, in one request. The servers' port is 80. */
export async function writeSlice(t: SpecContext, stage: ServiceStage, shape: SliceShape): Promise<void> {
  const { family } = stage;
  const ready = shape.ready.map((pod) => ({
    addresses: [stage.ip(pod)],
    conditions: { ready: true, serving: true, terminating: false },
    nodeName: pod.node.name,
    targetRef: { kind: 'Pod', namespace: stage.namespace, name: pod.name },
  }));
  const unready = Array.from({ length: shape.unready ?? 0 }, (_, index) => ({
    addresses: [unusedAddress(family, index)],
    conditions: { ready: false, serving: false, terminating: false },
  }));
  await t.env.cluster.api.apply(
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name: `${SERVICE_NAME}-${shape.name}`,
        namespace: stage.namespace,
        labels: {
          'kubernetes.io/service-name': SERVICE_NAME,
          'endpointslice.kubernetes.io/managed-by': 'staleproof.dev',
        },
      },
      addressType: family === 'ipv4' ? 'IPv4' : 'IPv6',
      ports: [{ name: 'udp', protocol: 'UDP', port: 80 }],
      endpoints: [...ready, ...unready],
    } as never,
    t.signal,
  );
}

/** Of the ranges for documentation: no pod has one. Up to 254 of them. */
const unusedAddress = (family: ServiceStage['family'], index: number): string =>
  family === 'ipv4' ? `198.51.100.${index + 1}` : `2001:db8::${(index + 1).toString(16)}`;
