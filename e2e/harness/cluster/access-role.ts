/** The same list of permissions as Kubernetes objects, for an administrator who gives the suite an account of its own. */
import { requiredAccess } from './access.ts';
import type { AreaRights } from './rights.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** Rules of a ClusterRole, merged so that a person can read them: resources of one group with the same verbs stand together. */
export function accessRules(areas: readonly AreaRights[]): readonly Rule[] {
  const verbs = new Map<string, Set<string>>();
  for (const { group, resource, verb } of requiredAccess(areas)) {
    const key = JSON.stringify([group, resource]);
    verbs.set(key, (verbs.get(key) ?? new Set()).add(verb));
  }
  const rules = new Map<
    string,
    { readonly group: string; readonly resources: string[]; readonly verbs: readonly string[] }
  >();
  for (const [key, set] of verbs) {
    const [group = '', resource = ''] = JSON.parse(key) as string[];
    const list = [...set].sort();
    const ruleKey = JSON.stringify([group, list]);
    const rule = rules.get(ruleKey) ?? { group, resources: [], verbs: list };
    rule.resources.push(resource);
    rules.set(ruleKey, rule);
  }
  return [...rules.values()].map((rule) => ({ apiGroups: [rule.group], resources: rule.resources, verbs: rule.verbs }));
}
