/** Findings of kube-score and kubeconform that stay, and why. A row that excuses nothing is an error. */

interface LinterException {
  readonly rule: string;
  /** Below manifests/; absent: everywhere. */
  readonly files?: readonly string[];
  readonly reason: string;
}

export const linterExceptions: readonly LinterException[] = [
  {
    rule: 'Error',
    files: ['run/sonobuoy-plugin.yaml'],
    reason: "a description for Sonobuoy's own program, which is no object of Kubernetes",
  },
  {
    rule: 'pod-networkpolicy',
    reason:
      'a policy would be enforced by the agents that are judged on one cluster and by nobody on another; namespaces go with the run',
  },
  {
    rule: 'container-resources',
    reason:
      'no CPU limits: a throttled program is a fault that no spec knows of; requests and memory limits are held by the policy test',
  },
  {
    rule: 'container-image-pull-policy',
    reason: 'images are built here and put on the nodes: a pull would fail, or bring something else of that name',
  },
  {
    rule: 'container-ephemeral-storage-request-and-limit',
    reason: 'captures have a quota and a floor of free space of their own; nothing else writes',
  },
  {
    rule: 'container-security-context-user-group-id',
    reason:
      'root without capabilities but those named in the manifest: they open packet sockets, write sysctls or enter namespaces, or a person works in them',
  },
  {
    rule: 'container-security-context-readonlyrootfilesystem',
    reason: 'each container has its own reason in e2e/harness/cluster/manifest-policy/exceptions.ts',
  },
  {
    rule: 'container-security-context-privileged',
    reason: 'each container has its own reason in e2e/harness/cluster/manifest-policy/exceptions.ts',
  },
  {
    rule: 'deployment-replicas',
    reason: 'one replica does the work, under a lease or by design; a second would only wait',
  },
];
