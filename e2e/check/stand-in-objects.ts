/** For tests: objects of a cluster as the API gives them, with the fields that nobody reads as well. */
import type { StandInObjects } from './stand-in-api.ts';

export function node(name: string, kubeletVersion = 'v1.36.3') {
  return {
    metadata: { name, uid: `uid-${name}`, labels: { 'kubernetes.io/hostname': name } },
    spec: { podCIDRs: ['10.244.1.0/24'] },
    status: {
      nodeInfo: { kubeletVersion, operatingSystem: 'linux', kernelVersion: '6.1.0' },
      addresses: [
        { type: 'InternalIP', address: '172.18.0.3' },
        { type: 'Hostname', address: name },
      ],
    },
  };
}

interface GivenPod {
  readonly namespace?: string;
  readonly node?: string;
  readonly image?: string;
  readonly command?: readonly string[];
  readonly owner?: string;
  readonly hostNetwork?: boolean;
  readonly ports?: readonly object[];
  readonly container?: string;
}

export function pod(name: string, given: GivenPod = {}) {
  const { namespace = 'default', node: nodeName = 'worker', image = 'nginx:1', command, owner, hostNetwork } = given;
  const [first = 'main'] = [given.container];
  return {
    metadata: {
      ...{
        name,
        namespace,
        uid: `uid-${name}`,
        labels: { app: name },
        managedFields: [{ manager: 'x', fieldsV1: {} }],
      },
      ...(owner !== undefined && { ownerReferences: [{ kind: owner, name: 'o', controller: true }] }),
    },
    spec: {
      ...{ nodeName, ...(hostNetwork === true && { hostNetwork }) },
      containers: [
        {
          name: first,
          image,
          ...(command && { command }),
          ...(given.ports && { ports: given.ports }),
          env: [{ name: 'X', value: '1' }],
        },
      ],
    },
    status: { phase: 'Running', podIPs: [{ ip: '10.244.1.7' }] },
  };
}

export const proxyPod = (nodeName: string, image = 'registry.k8s.io/kube-proxy:v1.36.3', command?: readonly string[]) =>
  pod(`kube-proxy-${nodeName}`, {
    ...{
      namespace: 'kube-system',
      node: nodeName,
      image,
      owner: 'DaemonSet',
      hostNetwork: true,
      container: 'kube-proxy',
    },
    command: command ?? [
      '/usr/local/bin/kube-proxy',
      '--config=/var/lib/kube-proxy/config.conf',
      '--hostname-override=x',
    ],
  });

export function service(name: string, ports: readonly object[], spec: object = {}) {
  return {
    metadata: { name, namespace: 'default' },
    spec: { type: 'ClusterIP', clusterIPs: ['10.96.3.4'], ports, ...spec },
  };
}

export const proxyConfig = (mode: string) => ({
  'config.conf': `apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: ${mode}\n`,
  'kubeconfig.conf': 'apiVersion: v1\nkind: Config\n',
});

/** Two nodes as kubeadm makes them. */
export function kubeadmCluster(change: Partial<StandInObjects> = {}): StandInObjects {
  return {
    nodes: [node('control-plane'), node('worker')],
    pods: [
      proxyPod('control-plane'),
      proxyPod('worker'),
      pod('coredns-1', { namespace: 'kube-system', image: 'registry.k8s.io/coredns/coredns:v1.12.0' }),
    ],
    services: [
      service('kubernetes', [{ protocol: 'TCP', port: 443 }]),
      service('dns', [{ protocol: 'UDP', port: 53, nodePort: 30053 }], {
        type: 'NodePort',
        externalTrafficPolicy: 'Local',
      }),
    ],
    configs: { 'kube-system/kube-proxy': proxyConfig('iptables') },
    ...change,
  };
}
