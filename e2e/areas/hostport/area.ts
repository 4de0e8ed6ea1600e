/** A UDP sender follows the port of a node when the pod that held it is gone. */
import type { Area } from '../../harness/area/area.ts';
import { ci } from './ci.ts';
import { portMappers } from './subjects/port-mappers.ts';

export const hostport: Area = {
  name: 'hostport',
  meaning: 'a UDP sender must follow a port of its node when the pod that held it is gone',
  kinds: [
    {
      kind: 'port-mapper',
      subjects: portMappers,
      preferred: 'portmap-iptables@1.10.0',
      // Chains of plugins of somebody else's cluster are left as they are, unless one is named.
      preferredThere: 'port-mapper@installed',
      runsOn: 'cluster',
      quick: {
        spec: 'hostport/pod-appears',
        good: 'portmap-iptables@1.10.0',
        bad: 'portmap-iptables@1.10.0+no-flush',
      },
      built: true,
      doctor: { what: 'port mapper', remedy: 'judge another: --subject NAME' },
    },
  ],
  machine: {
    'kernel: conntrack': 'how long a node remembers a flow to its port',
    'kernel: nft': 'portmap with nftables',
    'kernel: iptables': 'portmap with iptables',
  },
  page: 'hostport.md',
  mutation: {
    decides: [],
    elsewhere: {
      '{evidence/mapped-row,judge/strangers-judgement}.ts':
        'read from nodes and pods: without a cluster most of it does not run; the kill matrix runs it',
    },
  },
  ci,
};
