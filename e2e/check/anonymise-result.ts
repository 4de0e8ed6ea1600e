/** A result without the names and addresses of the cluster. */
import { Anonymiser } from '../report/anonymise.ts';
import type { CheckResult } from './result.ts';

export function anonymiseResult(result: CheckResult, anonymiser = new Anonymiser()): CheckResult {
  anonymiser.keep('context', result.context);
  for (const { nodes } of result.subjects) for (const name of nodes.examples) anonymiser.keep('node', name);
  for (const { node, stale } of result.rows ?? []) {
    anonymiser.keep('node', node);
    for (const full of stale.flatMap(({ owner, newOwner }) => [owner ?? [], newOwner ?? []].flat())) {
      const [namespace = '', name = ''] = full.split('/');
      anonymiser.keep('namespace', namespace);
      anonymiser.keep('object', name);
    }
  }
  const exposed = [
    ...result.exposed,
    ...result.subjects.flatMap(({ defects }) => defects.flatMap((one) => one.matters)),
  ];
  for (const full of exposed.flatMap(({ examples }) => examples)) {
    const [namespace = '', name = ''] = full.split('/');
    anonymiser.keep('namespace', namespace);
    // What stands in kube-system is what every cluster has, and its pods carry names of nodes.
    anonymiser.keep(namespace === 'kube-system' ? 'system' : 'object', name);
  }
  return { ...anonymiser.data(result), schema: result.schema, at: result.at, data: result.data };
}
