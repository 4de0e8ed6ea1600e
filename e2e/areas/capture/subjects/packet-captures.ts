/** Packet-capture controllers by name. Declarations only; each is loaded when chosen. */
import { captureMutants } from './capture-mutant-list.ts';
import type { SubjectEntry } from '../../../harness/subject/subject.ts';

export const packetCaptures: readonly SubjectEntry[] = [
  {
    name: 'packet-capture',
    kind: 'packet-capture',
    summary: 'the reference controller of manifests/packet-capture',
    caughtBy: [],
    load: async () => (await import('./capture-reference.ts')).referenceCapture(),
  },
  ...captureMutants.map((mutant): SubjectEntry => ({
    name: `packet-capture+${mutant.name}`,
    kind: 'packet-capture',
    summary: `known bad: ${mutant.summary}`,
    caughtBy: mutant.caughtBy,
    load: async () => (await import('./capture-reference.ts')).referenceCapture(mutant),
  })),
  {
    name: 'antrea@installed',
    kind: 'packet-capture',
    summary: 'PacketCapture of the Antrea that an existing cluster runs',
    caughtBy: [],
    load: async () => (await import('./capture-antrea.ts')).antreaCapture,
  },
  {
    name: 'stand-in-kubectl-plugin',
    kind: 'packet-capture',
    summary: 'a privileged pod with tcpdump, as kubectl plugins start it',
    caughtBy: [],
    load: async () => (await import('./capture-plugin.ts')).pluginCapture(),
  },
  {
    name: 'stand-in-kubectl-plugin+buffered',
    kind: 'packet-capture',
    summary: 'known bad: without --immediate-mode, so that its last packets go with the interface',
    caughtBy: ['capture/only-the-target', 'capture/container-restart'],
    load: async () => (await import('./capture-plugin.ts')).pluginCapture('buffered'),
  },
  {
    name: 'stand-in-kubectl-plugin+by-name',
    kind: 'packet-capture',
    summary: 'known bad: looks for its target by the pod’s name, again whenever a capture ends',
    caughtBy: ['capture/same-name-two-namespaces', 'capture/recreate-same-node-grace-1'],
    load: async () => (await import('./capture-plugin.ts')).pluginCapture('by-name'),
  },
];
