/** What kind is told to make. JSON is YAML, so nothing needs quoting. */
import type { FamilyMode } from '../cluster.ts';

export interface KindConfigInput {
  readonly familyMode: FamilyMode;
  readonly kubeProxyMode: 'none' | 'iptables' | 'nftables' | 'ipvs';
  readonly workers: number;
  readonly podNetwork: 'own' | 'kindnet';
}

/** Kubernetes' and kind's usual ranges; the leak guard knows them. */
const subnets = {
  ipv4: { pods: '10.244.0.0/16', services: '10.96.0.0/16' },
  ipv6: { pods: 'fd00:10:244::/56', services: 'fd00:10:96::/112' },
} as const;

export function podSubnets(family: FamilyMode): readonly string[] {
  return family === 'dual' ? [subnets.ipv4.pods, subnets.ipv6.pods] : [subnets[family].pods];
}

export function kindConfig(input: KindConfigInput): string {
  const services =
    input.familyMode === 'dual'
      ? `${subnets.ipv4.services},${subnets.ipv6.services}`
      : subnets[input.familyMode].services;
  return JSON.stringify({
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    networking: {
      ipFamily: input.familyMode,
      disableDefaultCNI: input.podNetwork === 'own',
      kubeProxyMode: input.kubeProxyMode,
      podSubnet: podSubnets(input.familyMode).join(','),
      serviceSubnet: services,
    },
    // Kubernetes 1.35 and later refuse to start on cgroup v1 otherwise; on cgroup v2 it changes nothing.
    kubeadmConfigPatches: [JSON.stringify({ kind: 'KubeletConfiguration', failCgroupV1: false })],
    nodes: [{ role: 'control-plane' }, ...Array.from({ length: input.workers }, () => ({ role: 'worker' }))],
  });
}
