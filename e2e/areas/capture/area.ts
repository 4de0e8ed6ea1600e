/** A packet capture follows the pod it was asked for, and no other. */
import type { Area } from '../../harness/area/area.ts';
import { MANAGE, rights } from '../../harness/cluster/rights.ts';
import { ci } from './ci.ts';
import { packetCaptures } from './subjects/packet-captures.ts';

const group = 'capture.staleproof.dev';
// Nobody may hand on a right that he does not have: these are those of the controller and its agents.
const handedOn = 'handed on to the controller and its agents';

export const capture: Area = {
  name: 'capture',
  meaning: 'a packet capture must follow the pod it was asked for, and no other',
  kinds: [
    {
      kind: 'packet-capture',
      subjects: packetCaptures,
      runsOn: 'cluster',
      quick: { spec: 'capture/only-the-target', good: 'packet-capture', bad: 'packet-capture+host-eth0' },
    },
  ],
  rights: [
    ...rights(['statefulsets'], MANAGE, 'pods that keep their names', 'apps'),
    ...rights(['clusterroles', 'clusterrolebindings'], MANAGE, 'rights of agents', 'rbac.authorization.k8s.io'),
    ...rights(['customresourcedefinitions'], MANAGE, 'kinds of agents', 'apiextensions.k8s.io'),
    ...rights(['packetcaptures'], MANAGE, 'captures under test', group),
    ...rights(['packetcaptures'], ['watch'], handedOn, group),
    ...rights(['packetcaptures/status'], ['update'], handedOn, group),
    ...rights(['nodes', 'pods'], ['watch'], 'handed on to the controller'),
  ],
  running: { configs: [], find: async () => (await import('./subjects/running-captures.ts')).runningCaptures },
  options: async () => (await import('./options.ts')).captureOptions,
  page: 'capture.md',
  mutation: {
    decides: ['evidence/capture-truth'],
    elsewhere: {
      'evidence/capture-*.ts': 'parsers are compared with tcpdump and tshark and fed damaged files',
    },
  },
  ci,
};
