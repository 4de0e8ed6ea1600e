/** The least rights for a look at a cluster, made of the table of reads: what `check --rbac` prints. */
import { dump } from 'js-yaml';
import type { Areas } from '../harness/area/areas.ts';
import { configReads, NODES, PODS, SERVICES } from './reads.ts';

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

/** One rule for each resource, so that each can be taken away to see what it is for. */
export function leastRoles(areas: Areas): readonly Role[] {
  const ofCluster = [NODES, PODS, SERVICES].map(({ group, resource }) => ({
    ...{ apiGroups: [group], resources: [resource], verbs: ['list'] },
  }));
  const configs = new Map<string, string[]>();
  for (const { namespace, name } of configReads(areas))
    configs.set(namespace, [...(configs.get(namespace) ?? []), name]);
  return [
    { rules: ofCluster },
    ...[...configs].map(([namespace, resourceNames]) => ({
      namespace,
      rules: [{ apiGroups: [''], resources: ['configmaps'], resourceNames, verbs: ['get'] }],
    })),
  ];
}

/** Account, roles and bindings. `kubectl apply -f -` takes it. */
export function rolesYaml(areas: Areas): string {
  const account = { kind: 'ServiceAccount', name: NAME, namespace: NAMESPACE };
  const objects = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: NAME, namespace: NAMESPACE } },
    ...leastRoles(areas).flatMap(({ namespace, rules }) => {
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
  const head =
    '# What `staleproof check` may do: list, and read the named ConfigMaps. No Secret, no watch, no write.\n';
  return head + objects.map((object) => dump(object, { noRefs: true, lineWidth: 120 })).join('---\n');
}
