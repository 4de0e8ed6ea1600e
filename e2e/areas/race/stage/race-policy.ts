/** The policy of a race, as a PolicyEndpoint by hand or as the NetworkPolicy from which a controller makes one. */
import type { KubernetesObject } from '../../../harness/cluster/kubernetes-object.ts';
import { signalPort } from './race-objects.ts';

/** A port that nobody uses: with the signal's port the only thing that the policy allows. */
const unusedPort = 8086;
const allowed = [
  { protocol: 'TCP', port: unusedPort },
  { protocol: 'UDP', port: signalPort },
];

export interface PolicyTarget {
  readonly namespace: string;
  readonly pod: string;
  readonly podIp: string;
  readonly hostIp: string;
  readonly direction: 'Ingress' | 'Egress';
}
type Policy = KubernetesObject & { readonly spec: unknown };

/**
 * Isolates the owner so that replies pass by its conntrack entry or not at all: the client on ingress, the server on egress.
 * The name needs a dash and a suffix: the agent takes the policy's name from what stands before it.
 */
export function policyEndpoint(target: PolicyTarget): Policy {
  const { namespace, pod, podIp, hostIp, direction } = target;
  const rules = [{ cidr: podIp.includes(':') ? '::/0' : '0.0.0.0/0', ports: allowed }];
  return {
    apiVersion: 'networking.k8s.aws/v1alpha1',
    kind: 'PolicyEndpoint',
    metadata: { name: `isolate-${pod}`, namespace },
    spec: {
      policyRef: { name: 'isolate', namespace },
      podSelector: { matchLabels: { race: pod } },
      podIsolation: [direction],
      podSelectorEndpoints: [{ hostIP: hostIp, podIP: podIp, name: pod, namespace }],
      ...(direction === 'Ingress' ? { ingress: rules } : { egress: rules }),
    },
  };
}

/** The same for a cluster in which amazon-network-policy-controller runs. */
export function networkPolicy({ namespace, pod, direction }: PolicyTarget): Policy {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: `isolate-${pod}`, namespace },
    spec: {
      podSelector: { matchLabels: { race: pod } },
      policyTypes: [direction],
      ...(direction === 'Ingress' ? { ingress: [{ ports: allowed }] } : { egress: [{ ports: allowed }] }),
    },
  };
}
