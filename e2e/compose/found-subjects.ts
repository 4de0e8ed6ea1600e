/** On a cluster that is not ours the subjects are what is there: the proxy as found, and no installing where that is not allowed. */
import type { Fitness } from '../harness/cluster/existing/fitness.ts';
import type { Options } from '../harness/run/options/schema.ts';
import type { Area } from '../harness/run/spec.ts';
import type { SubjectEntry, SubjectKind } from '../harness/subject/subject.ts';

export interface FoundSubjects {
  readonly entries: readonly SubjectEntry[];
  /** Why there is none of a kind. */
  readonly absent: Readonly<Partial<Record<SubjectKind, string>>>;
}

export const areaOfKind: Readonly<Record<SubjectKind, Area>> = {
  'service-proxy': 'udp',
  'policy-agent': 'race',
  'api-client': 'watch',
  'packet-capture': 'capture',
};

/** Whether the user asked for this one; what nobody named may be absent without the run being broken. */
export function isNamed(options: Options, name: string): boolean {
  return options.backend === name || options.subject?.includes(name) === true;
}

/** A named subject stays whatever was found: then its own installation says what is wrong. */
export function foundSubjects(
  chosen: readonly SubjectEntry[],
  options: Options,
  fitness: Pick<Fitness, 'proxy' | 'lackingAccess' | 'noNodeAccess'>,
  known: readonly SubjectEntry[],
): FoundSubjects {
  const absent: Partial<Record<SubjectKind, string>> = {};
  const entries = chosen.flatMap((entry) => {
    const { kind } = entry;
    const unusable = fitness.lackingAccess[areaOfKind[kind]] !== undefined || fitness.noNodeAccess !== undefined;
    // All of its specs are skipped for that reason, so nothing of it is installed.
    if (unusable) return [];
    if (kind !== 'service-proxy' || isNamed(options, entry.name)) return [entry];
    const mode = /^kube-proxy (\w+)/.exec(fitness.proxy)?.[1];
    const found = known.find(({ name }) => name === `kube-proxy-${mode ?? ''}`);
    const any = known.find(({ name }) => name === 'service-proxy@installed');
    if (found === undefined && any === undefined)
      absent[kind] =
        `Services of this cluster are served by: ${fitness.proxy}; name a subject with --backend to judge it`;
    return [found ?? any ?? []].flat();
  });
  return { entries, absent };
}
