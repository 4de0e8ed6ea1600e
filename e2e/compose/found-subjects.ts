/** On a cluster that is not ours the subjects are what is there: the proxy as found, and no installing where that is not allowed. */
import type { KindOfArea } from '../harness/area/areas.ts';
import type { Fitness } from '../harness/cluster/fitness.ts';
import type { Options } from '../harness/run/options/schema.ts';
import type { SubjectEntry, SubjectKind } from '../harness/subject/subject.ts';

export interface FoundSubjects {
  readonly entries: readonly SubjectEntry[];
  /** Why there is none of a kind. */
  readonly absent: Readonly<Partial<Record<SubjectKind, string>>>;
}

/** Whether the user asked for this one; what nobody named may be absent without the run being broken. */
export function isNamed(options: Options, name: string): boolean {
  return options.backend === name || options.subject?.includes(name) === true;
}

/** A named subject stays whatever was found: then its own installation says what is wrong. */
export function foundSubjects(
  chosen: readonly SubjectEntry[],
  options: Options,
  fitness: Pick<Fitness, 'proxy' | 'lackingAccess' | 'noNodeAccess'>,
  kinds: readonly KindOfArea[],
): FoundSubjects {
  const absent: Partial<Record<SubjectKind, string>> = {};
  const entries = chosen.flatMap((entry) => {
    const one = kinds.find(({ kind }) => kind === entry.kind);
    const unusable = fitness.lackingAccess[one?.area ?? ''] !== undefined || fitness.noNodeAccess !== undefined;
    // All of its specs are skipped for that reason, so nothing of it is installed.
    if (unusable) return [];
    if (one?.asFound === undefined || isNamed(options, entry.name)) return [entry];
    const { names, otherwise } = one.asFound(fitness.proxy);
    const [found] = names.flatMap((name) => one.subjects.filter((subject) => subject.name === name));
    if (found === undefined) absent[entry.kind] = otherwise;
    return found === undefined ? [] : [found];
  });
  return { entries, absent };
}
