/** A UDP flow follows its Service when the pod behind it is gone. */
import type { Area, FoundThere } from '../../harness/area/area.ts';
import { rights } from '../../harness/cluster/rights.ts';
import { ci } from './ci.ts';
import { serviceProxies } from './subjects/service-proxies.ts';

export const udp: Area = {
  name: 'udp',
  meaning: 'a UDP flow must follow its Service when the pod behind it is gone',
  tags: {
    nodeport: 'the flow enters through a NodePort',
    clusterip: 'the flow enters through a ClusterIP',
    loadbalancer: 'the flow enters through a load balancer address',
    externalip: 'the flow enters through an external IP',
    affinity: 'the Service has session affinity',
  },
  kinds: [
    {
      kind: 'service-proxy',
      subjects: serviceProxies,
      preferred: 'kube-proxy-iptables',
      runsOn: 'cluster',
      ground: true,
      quick: {
        spec: 'udp/clusterip-server-cycles',
        good: 'kube-proxy-iptables',
        bad: 'kube-proxy-iptables+no-cleanup',
      },
      asFound,
      doctor: { what: 'service proxy', remedy: 'judge another: -b NAME' },
    },
  ],
  rights: [
    ...rights(['endpointslices'], ['create', 'patch', 'delete'], 'endpoints without pods', 'discovery.k8s.io'),
    ...rights(['services/status'], ['patch'], 'an address in the place of a load balancer'),
  ],
  machine: {
    'kernel: conntrack': 'how long a node remembers a flow',
    'kernel: nft': 'kube-proxy in nftables mode',
    'kernel: iptables': 'kube-proxy in iptables mode',
    'kernel: ipvs': 'kube-proxy and kpng in ipvs mode',
  },
  running: {
    configs: ['kube-system/kube-proxy', 'kube-system/kube-proxy-config', 'kube-system/cilium-config'],
    find: async () => (await import('./subjects/running-proxies.ts')).runningProxies,
  },
  options: async () => (await import('./options.ts')).udpOptions,
  page: 'udp.md',
  mutation: {
    decides: ['evidence/fresh-flows'],
    elsewhere: {
      'evidence/endpoint-premises.ts':
        'read from nodes and pods: without a cluster most of it does not run; the kill matrix runs it',
    },
  },
  ci,
};

/** On a cluster of somebody else's the proxy that is there is judged, whatever the default would be. */
function asFound(served: string): FoundThere {
  const mode = /^kube-proxy (\w+)/.exec(served)?.[1];
  return {
    names: [`kube-proxy-${mode ?? ''}`, 'service-proxy@installed'],
    otherwise: `Services of this cluster are served by: ${served}; name a subject with --backend to judge it`,
  };
}
