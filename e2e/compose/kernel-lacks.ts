/** A subject for which this machine's kernel lacks something: no cluster is made, and every spec is skipped with what was probed. */
import type { Options } from '../harness/run/options/schema.ts';
import type { RunEnvironment } from '../harness/run/run-environment.ts';
import type { Subject } from '../harness/subject/subject.ts';
import { emptyEnvironment } from './empty-environment.ts';

/** `kube-proxy-ipvs needs ipvs in the kernel: not there (kernel 6.18)`; undefined when nothing is missing. */
export function kernelLacks(
  subjects: readonly Pick<Subject, 'name' | 'kernelNeeds'>[],
  missing: Readonly<Record<string, string>>,
): string | undefined {
  for (const { name, kernelNeeds = [] } of subjects)
    for (const feature of kernelNeeds)
      if (missing[feature] !== undefined) return `${name} needs ${feature} in the kernel: ${missing[feature]}`;
  return undefined;
}

export function skippedEnvironment(options: Options, subjects: readonly Subject[], reason: string): RunEnvironment {
  const infos = subjects.map(({ name, kind }) => ({ name, kind, versions: {}, remarks: [`not run: ${reason}`] }));
  const empty = emptyEnvironment(options);
  return { ...empty, facts: { ...empty.facts, family: empty.family }, subjects: infos, skipReason: () => reason };
}
