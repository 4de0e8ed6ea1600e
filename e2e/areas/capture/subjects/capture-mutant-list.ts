/** The reference's mutants: one decision wrong each, and the specs that must tell. Data only. */
export interface CaptureMutant {
  readonly name: string;
  readonly summary: string;
  readonly caughtBy: readonly string[];
  /** Needs the node's network, processes or both, which the reference never has. */
  readonly host?: 'network' | 'processes';
  /** The defect is the controller's; the agents are the reference's. */
  readonly program?: 'controller';
}

export const captureMutants: readonly CaptureMutant[] = [
  {
    name: 'bound-by-name',
    summary: 'goes on with whatever pod has the name, under the first UID',
    caughtBy: [
      'capture/recreate-same-node-grace-0',
      'capture/recreate-same-node-grace-1',
      'capture/recreate-same-node-grace-30',
      'capture/recreate-same-node-forced-while-busy',
      'capture/recreate-other-node',
      'capture/agent-down-during-recreate',
      'capture/missed-delete',
      'capture/controller-away-during-recreate',
      'capture/controller-failover',
      'capture/fast-cycles',
    ],
  },
  {
    name: 'ip-filter',
    summary: 'captures in the host namespace by the pod’s address and follows it to the next owner',
    caughtBy: ['capture/ip-reused-by-another-pod', 'capture/completed-pod'],
    host: 'network',
  },
  {
    name: 'any-in-host-netns',
    summary: 'tcpdump -i any in the host namespace',
    caughtBy: ['capture/only-the-target'],
    host: 'network',
  },
  {
    name: 'host-eth0',
    summary: 'tcpdump on the node’s eth0',
    caughtBy: ['capture/only-the-target', 'capture/absent-target-appears'],
    host: 'network',
  },
  { name: 'agent-netns', summary: 'tcpdump in the agent’s own namespace', caughtBy: ['capture/only-the-target'] },
  {
    name: 'stale-pid',
    summary: 'enters the namespace of the PID that the first sandbox had',
    caughtBy: ['capture/sandbox-recreated'],
    host: 'processes',
  },
  {
    name: 'interface-by-name',
    summary: 'captures on the host interface by the name that it had for the first instance',
    caughtBy: ['capture/interface-name-reused'],
    host: 'network',
  },
  {
    name: 'no-revalidation',
    summary: 'resolves once and never looks again',
    caughtBy: ['capture/recreate-same-node-grace-1', 'capture/sandbox-recreated'],
  },
  {
    name: 'no-cleanup-on-deletion',
    summary: 'its tcpdump survives the object',
    caughtBy: ['capture/object-deleted', 'capture/object-recreated'],
  },
  {
    name: 'uid-without-sandbox',
    summary: 'checks the UID and not the sandbox: silent after a sandbox was re-created',
    caughtBy: ['capture/sandbox-recreated'],
  },
  {
    name: 'path-without-uid',
    summary: 'one file name for every instance of a pod name',
    caughtBy: [
      'capture/recreate-same-node-grace-1',
      'capture/agent-killed',
      'capture/agent-shim-killed',
      'capture/same-name-two-namespaces',
      'capture/runtime-restart',
      'capture/node-restart',
    ],
  },
  {
    name: 'options-ignored',
    summary: 'takes no notice of limits, snap length and ring',
    caughtBy: [
      'capture/packet-limit',
      'capture/finished-file-holds-one-instance',
      'capture/snap-length-and-byte-limit',
      'capture/ring-keeps-the-newest',
    ],
  },
  {
    name: 'tcpdump-unwatched',
    summary: 'takes a tcpdump that it started for running ever after',
    caughtBy: ['capture/tcpdump-stopped', 'capture/tcpdump-killed'],
  },
  {
    name: 'room-unheeded',
    summary: 'writes until the disk is full, whatever the quota',
    caughtBy: ['capture/no-space', 'capture/node-quota'],
  },
  {
    name: 'first-in-list',
    summary: 'its controller takes the first pod that fits and refuses none',
    caughtBy: ['capture/selector-change', 'capture/host-network-refused', 'capture/agent-refused'],
    program: 'controller',
  },
];
