/** The least rights for a look at a cluster, made of the table of reads: what `check --rbac` prints. */
import { dump } from 'js-yaml';
import type { Areas } from '../harness/area/areas.ts';
import { configReads, NODES, PODS, SERVICES, SLICES } from './reads.ts';

const NAME = 'staleproof-check';
const NAMESPACE = 'staleproof-check';

export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

export interface Role {
  /** Absent: of the whole cluster. */
  readonly namespace?: string;
  readonly rules: readonly Rule[];
}

/** What --rows needs besides: its own namespace and pods in it, whose name nobody knows before. */
const forRows: readonly Rule[] = [
  { apiGroups: [SLICES.group], resources: [SLICES.resource], verbs: ['list'] },
  { apiGroups: [''], resources: ['namespaces'], verbs: ['create', 'delete', 'get', 'patch'] },
  { apiGroups: [''], resources: ['pods'], verbs: ['create', 'patch'] },
  { apiGroups: [''], resources: ['pods/exec'], verbs: ['create', 'get'] },
];

/** One rule for each resource, so that each can be taken away to see what it is for. */
export function leastRoles(areas: Areas, rows = false): readonly Role[] {
  const ofCluster = [NODES, PODS, SERVICES].map(({ group, resource }) => ({
    ...{ apiGroups: [group], resources: [resource], verbs: ['list'] },
  }));
  const configs = new Map<string, string[]>();
  for (const { namespace, name } of configReads(areas))
    configs.set(namespace, [...(configs.get(namespace) ?? []), name]);
  return [
    { rules: rows ? [...ofCluster, ...forRows] : ofCluster },
    ...[...configs].map(([namespace, resourceNames]) => ({
      namespace,
      rules: [{ apiGroups: [''], resources: ['configmaps'], resourceNames, verbs: ['get'] }],
    })),
  ];
}

/** Account, roles and bindings. `kubectl apply -f -` takes it. */
export function rolesYaml(areas: Areas, rows = false): string {
  const account = { kind: 'ServiceAccount', name: NAME, namespace: NAMESPACE };
  const objects = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: NAME, namespace: NAMESPACE } },
    ...leastRoles(areas, rows).flatMap(({ namespace, rules }) => {
      const kind = namespace === undefined ? 'ClusterRole' : 'Role';
      const metadata = { name: NAME, ...(namespace === undefined ? {} : { namespace }) };
      const apiVersion = 'rbac.authorization.k8s.io/v1';
      const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind, name: NAME };
      return [
        { apiVersion, kind, metadata, rules },
        { apiVersion, kind: `${kind}Binding`, metadata, roleRef, subjects: [account] },
      ];
    }),
  ];
  const head = rows
    ? '# What `staleproof check --rows` may do. Who may make pods and exec into them can do much: give it for the look only.\n'
    : '# What `staleproof check` may do: list, and read the named ConfigMaps. No Secret, no watch, no write.\n';
  return head + objects.map((object) => dump(object, { noRefs: true, lineWidth: 120 })).join('---\n');
}
