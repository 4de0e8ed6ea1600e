/** What each role of ours may do, verb by verb, and the request that needs it. */

export interface Grant {
  /** Below manifests/. */
  readonly file: string;
  /** `Role/name` or `ClusterRole/name` */
  readonly role: string;
  readonly resource: string;
  readonly verb: string;
}

interface RoleObject {
  readonly kind: string;
  readonly metadata?: { readonly name?: string };
  readonly rules?: readonly { readonly resources?: readonly string[]; readonly verbs?: readonly string[] }[];
}

export function grantsOf(file: string, object: RoleObject): readonly Grant[] {
  if (!/^(Cluster)?Role$/.test(object.kind)) return [];
  const role = `${object.kind}/${object.metadata?.name ?? '?'}`;
  return (object.rules ?? []).flatMap(({ resources = [], verbs = [] }) =>
    resources.flatMap((resource) => verbs.map((verb) => ({ file, role, resource, verb }))),
  );
}

/** Somebody's request: where it stands in the source, or why nothing of ours makes it although it is needed. */
export type Need = Omit<Grant, 'file' | 'role'> &
  ({ readonly source: string; readonly text: string } | { readonly reason: string });

const api = 'fixtures/packet-capture-api/';
const watched = (resource: string): readonly Need[] => [
  { resource, verb: 'list', source: `${api}watch-cache.ts`, text: "items: T[] }>('GET', this.#path" },
  { resource, verb: 'watch', source: `${api}watch-cache.ts`, text: 'watch=1&allowWatchBookmarks=true' },
];
const captures: readonly Need[] = [
  ...watched('packetcaptures'),
  // A status is read again when another writer was faster.
  {
    resource: 'packetcaptures',
    verb: 'get',
    source: `${api}status-writer.ts`,
    text: "'GET', objectPath(namespace, name)",
  },
  {
    resource: 'packetcaptures/status',
    verb: 'update',
    source: `${api}status-writer.ts`,
    text: "'PUT', objectPath(namespace, name, 'status')",
  },
];
const configMap = (verb: string, source: string, text: string): Need => ({
  ...{ resource: 'configmaps', verb, source: `fixtures/apiserver-watcher/${source}`, text },
});
const byHand = (resource: string, verb: string, command: string): Need => ({
  ...{ resource, verb, reason: `a person does it: ${command}` },
});

/** By `<file> <role>`. */
export const needs: Readonly<Record<string, readonly Need[]>> = {
  'packet-capture/rbac.yaml ClusterRole/packet-capture-controller': [
    ...captures,
    {
      resource: 'packetcaptures',
      verb: 'patch',
      source: 'fixtures/packet-capture-controller/controller.ts',
      text: "'PATCH', objectPath(its, name)",
    },
    ...watched('pods'),
    ...watched('nodes'),
  ],
  'packet-capture/rbac.yaml ClusterRole/packet-capture-agent': captures,
  'packet-capture/rbac.yaml Role/packet-capture-controller': [
    { resource: 'leases', verb: 'create', source: `${api}lease.ts`, text: "lease === undefined ? 'POST' : 'PUT'" },
    { resource: 'leases', verb: 'update', source: `${api}lease.ts`, text: "request('PUT', path(election, true)" },
    { resource: 'leases', verb: 'get', source: `${api}lease.ts`, text: "request<Lease>('GET'" },
  ],
  'apiserver-watcher/apiserver-watcher.yaml Role/apiserver-watcher': [
    configMap('list', 'watcher.ts', 'listNamespacedConfigMap'),
    configMap('watch', 'watcher.ts', '/configmaps`, query'),
    configMap('create', 'updater.ts', 'createNamespacedConfigMap'),
    configMap('get', 'updater.ts', 'readNamespacedConfigMap'),
    configMap('patch', 'updater.ts', 'patchNamespacedConfigMap'),
  ],
  'conntrack-test-pods.yaml Role/conntrack-tester': [
    byHand('pods', 'get', 'kubectl wait --for=condition=Ready'),
    byHand('pods', 'list', 'kubectl get pods'),
    byHand('pods', 'watch', 'kubectl wait --for=condition=Ready'),
    byHand('pods', 'create', 'kubectl run, for one more pod'),
    byHand('pods', 'delete', 'kubectl delete pod, which is the fault'),
    byHand('pods/exec', 'create', 'kubectl exec up to 1.29'),
    byHand('pods/exec', 'get', 'kubectl exec over WebSockets'),
    byHand('pods/log', 'get', 'kubectl logs'),
  ],
};

/** Subjects with the rights that their publisher gives them: with fewer, a spec could blame them for what we took away. */
export const publishers: Readonly<Record<string, string>> = {
  'npa/agent.yaml ClusterRole/network-policy-agent':
    'its informer gets, lists and watches what it enforces, and asks for no more',
  'npa/controller.yaml ClusterRole/amazon-network-policy-controller':
    'the rights of its published chart; it writes the objects that the agent reads, and makes their kinds where they are missing',
};

const key = ({ resource, verb }: Pick<Grant, 'resource' | 'verb'>): string => `${verb} ${resource}`;

/** Requests that would be forbidden with these grants. */
export function forbidden(
  grants: readonly Pick<Grant, 'resource' | 'verb'>[],
  needed: readonly Need[],
): readonly string[] {
  const granted = new Set(grants.map(key));
  return [...new Set(needed.map(key))].filter((need) => !granted.has(need));
}
