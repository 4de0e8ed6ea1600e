/** What breaks a rule of rules.ts, and why it may. A row that excuses nothing fails the test. */

interface Exception {
  /** Below manifests/. */
  readonly file: string;
  /** `<kind>/<name>` or `<kind>/<name>/<container>` */
  readonly place: string;
  readonly rules: readonly string[];
  readonly reason: string;
}

const untriedReadOnly =
  'writes nothing that we know of; a read-only root waits until it was seen running so on a cluster';
const unbounded =
  'a subject as its publisher ships it: a limit of ours could be the fault that a spec then blames on it';
const byHand = 'a shell for people, who install and try things in it; it has no token and no volume';
const sysctls = ['hostNetwork', 'hostPath /proc/sys/net/netfilter', 'hostPath /var/lib/staleproof/conntrack-timeouts'];
const sysctlReason =
  "timeouts belong to the node's network namespace; only their folder and that of the former values are mounted";

const rows: readonly Exception[] = [
  {
    file: 'apiserver-watcher/apiserver-watcher.yaml',
    place: 'Deployment/apiserver-watcher/watcher',
    rules: ['writable root file system'],
    reason: untriedReadOnly,
  },
  { file: 'conntrack-reset.yaml', place: 'DaemonSet/conntrack-reset', rules: sysctls, reason: sysctlReason },
  { file: 'conntrack-tuner.yaml', place: 'DaemonSet/conntrack-tuner', rules: sysctls, reason: sysctlReason },
  ...['caller-1', 'answerer-1'].map((name) => ({
    file: 'conntrack-test-pods.yaml',
    place: `Pod/${name}/shell`,
    rules: ['capabilities not dropped', 'writable root file system'],
    reason: byHand,
  })),
  ...['single', 'split'].flatMap((shape) => [
    {
      file: `kpng/${shape}-process.yaml`,
      place: 'DaemonSet/kpng',
      rules: ['hostNetwork', 'hostPath /lib/modules'],
      reason: "a service proxy programs its node's own network and looks for kernel modules there",
    },
    {
      file: `kpng/${shape}-process.yaml`,
      place: 'DaemonSet/kpng',
      rules: ['hostPath /sys/fs/cgroup', 'hostPath /proc/1/mounts'],
      reason: "its ebpf backend attaches to the node's root cgroup, which it looks for in the node's mounts",
    },
    {
      file: `kpng/${shape}-process.yaml`,
      place: `DaemonSet/kpng/${shape === 'single' ? 'kpng' : 'backend'}`,
      rules: ['privileged'],
      reason: 'writes rules and sysctls of its node; narrower rights of this subject are not known to us',
    },
    {
      file: `kpng/${shape}-process.yaml`,
      place: `DaemonSet/kpng/${shape === 'single' ? 'kpng' : 'backend'}`,
      rules: ['no requests', 'no memory limit'],
      reason: unbounded,
    },
  ]),
  {
    file: 'kpng/split-process.yaml',
    place: 'DaemonSet/kpng/server',
    rules: [
      'privilege escalation',
      'capabilities not dropped',
      'seccomp not RuntimeDefault',
      'writable root file system',
      'no requests',
      'no memory limit',
    ],
    reason: 'beside a privileged container of the same subject a confined one protects little, and it was not tried',
  },
  {
    file: 'node-helper/node-helper.yaml',
    place: 'DaemonSet/node-helper',
    rules: ['hostNetwork', 'hostPID'],
    reason: "its commands run in the namespaces of the node's first process",
  },
  {
    file: 'node-helper/node-helper.yaml',
    place: 'DaemonSet/node-helper/helper',
    rules: ['privileged'],
    reason: 'stands for a shell on the node; removed at the end of the run, without rights at the API server',
  },
  {
    file: 'npa/agent.yaml',
    place: 'DaemonSet/network-policy-agent',
    rules: ['hostNetwork', 'hostPath /sys/fs', 'hostPath /sys/fs/bpf', 'hostPath /var/log/aws-routed-eni'],
    reason: 'attaches filters to interfaces of its node, pins maps below /sys/fs/bpf and logs where it always does',
  },
  {
    file: 'npa/agent.yaml',
    place: 'DaemonSet/network-policy-agent',
    rules: ['hostPath /var/lib/staleproof/npa-installed'],
    reason: "takes what the agent would install into the node's CNI folder, so that the folder itself is not mounted",
  },
  {
    file: 'npa/agent.yaml',
    place: 'DaemonSet/network-policy-agent/mount-bpffs',
    rules: ['privileged'],
    reason: 'mounts the BPF file system for the node: only a privileged container may propagate a mount outwards',
  },
  ...['mount-bpffs', 'stand-in-instance-metadata-and-ipamd'].map((name) => ({
    file: 'npa/agent.yaml',
    place: `DaemonSet/network-policy-agent/${name}`,
    rules: ['no requests', 'no memory limit'],
    reason: 'one runs a shell line and ends, the other idles; a limit was not measured',
  })),
  {
    file: 'npa/agent.yaml',
    place: 'DaemonSet/network-policy-agent/aws-eks-nodeagent',
    rules: ['capability NET_ADMIN', 'capability SYS_ADMIN'],
    reason: 'NET_ADMIN attaches filters, SYS_ADMIN opens BPF maps by id; with less its clean-up never runs',
  },
  {
    file: 'npa/agent.yaml',
    place: 'DaemonSet/network-policy-agent/aws-eks-nodeagent',
    rules: ['no memory limit'],
    reason: unbounded,
  },
  {
    file: 'packet-capture/agent.yaml',
    place: 'DaemonSet/packet-capture-agent',
    rules: ['hostPath /run/containerd', 'hostPath /run/netns', 'hostPath /var/lib/packet-capture'],
    reason: 'the runtime knows which sandbox is whose, the namespaces are entered, the captures stay on the node',
  },
  {
    file: 'packet-capture/agent.yaml',
    place: 'DaemonSet/packet-capture-agent/agent',
    rules: ['privilege escalation', 'capability SYS_ADMIN'],
    reason: 'SYS_ADMIN enters a network namespace; Kubernetes regards a container with it as able to escalate anyway',
  },
  {
    file: 'packet-capture/agent.yaml',
    place: 'DaemonSet/packet-capture-agent/agent',
    rules: ['capability NET_RAW', 'capability SETUID', 'capability SETGID'],
    reason: 'tcpdump opens a packet socket and sets its user, also when told to stay root',
  },
  {
    file: 'packet-capture/examples/nginx.yaml',
    place: 'Pod/nginx/nginx',
    rules: ['capabilities not dropped', 'writable root file system'],
    reason: "an example that users know: the publisher's image starts as root, binds port 80 and writes its caches",
  },
  ...['timer-server', 'tcpdump'].map((name) => ({
    file: 'timer-server/timer-server.yaml',
    place: `Deployment/timer-server/${name}`,
    rules: ['writable root file system'],
    reason: untriedReadOnly,
  })),
  {
    file: 'timer-server/timer-server.yaml',
    place: 'Deployment/timer-server/tcpdump',
    rules: ['capability NET_RAW', 'capability SETUID', 'capability SETGID'],
    reason: "tcpdump opens a packet socket in the pod's own network and sets its user, also when told to stay root",
  },
];

/** Reasons by `<file>: <violation>`. */
export const exceptions: ReadonlyMap<string, string> = new Map(
  rows.flatMap(({ file, place, rules, reason }) => rules.map((rule) => [`${file}: ${place} ${rule}`, reason])),
);
