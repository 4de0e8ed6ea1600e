/** The reference's mutants: one decision wrong each, and the specs that must tell. Data only. */
export interface CaptureMutant {
  readonly name: string;
  readonly summary: string;
  readonly caughtBy: readonly string[];
  /** Needs the node's network, processes or both, which the reference never has. */
  readonly host?: 'network' | 'processes';
}

export const captureMutants: readonly CaptureMutant[] = [
  {
    name: 'bound-by-name',
    summary: 'goes on with whatever pod has the name, under the first UID',
    caughtBy: ['capture/recreate-same-node-grace-1', 'capture/agent-down-during-recreate'],
  },
  {
    name: 'ip-filter',
    summary: 'captures in the host namespace by the pod’s address and follows it to the next owner',
    caughtBy: ['capture/ip-reused-by-another-pod'],
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
    caughtBy: ['capture/only-the-target'],
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
    caughtBy: ['capture/object-deleted'],
  },
  {
    name: 'uid-without-sandbox',
    summary: 'checks the UID and not the sandbox: silent after a sandbox was re-created',
    caughtBy: ['capture/sandbox-recreated'],
  },
  {
    name: 'path-without-uid',
    summary: 'one file name for every instance of a pod name',
    caughtBy: ['capture/recreate-same-node-grace-1', 'capture/agent-killed', 'capture/same-name-two-namespaces'],
  },
];
