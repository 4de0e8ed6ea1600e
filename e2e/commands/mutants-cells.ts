/** The runs of a kill matrix: which subjects meet which specs on which cluster, in an order that shares clusters. Pure. */
import { areas } from '../areas/index.ts';
import type { RegisteredSpec } from '../harness/run/spec.ts';
import { clusterWord } from '../harness/subject/cluster-word.ts';
import type { SubjectEntry, SubjectKind } from '../harness/subject/subject.ts';
import { goodTwin } from './mutants-twin.ts';

/** Name of the area that judges the kind. */
export const areaOfKind = (kind: SubjectKind): string => areas.kind(kind)?.area ?? kind;

export type KillSubject = Pick<SubjectEntry, 'name' | 'kind' | 'caughtBy' | 'passes' | 'undecided' | 'family'>;
export type KillSpec = Pick<RegisteredSpec['meta'], 'id' | 'judges' | 'needs'>;

export interface KillRequest {
  /** Empty: all. */
  readonly areas: readonly string[];
  /** Empty: every mutant and its good twin. A name alone runs that subject alone. */
  readonly subjects: readonly string[];
  /** `caught`: the specs that are meant for a mutant. `area`: every spec that judges its kind. */
  readonly specs: 'caught' | 'area';
}

export interface KillRun {
  /** Folder name of its results. */
  readonly name: string;
  readonly area: string;
  readonly family: string;
  /** Several only where a run judges clients side by side. */
  readonly subjects: readonly string[];
  readonly good: boolean;
  readonly specs: readonly string[];
  /** The next run is on the same cluster, so this one leaves it there. */
  readonly keep: boolean;
}

/** In the order of preference: most people's family first, and dual has both. */
const FAMILIES = ['ipv4', 'dual', 'ipv6'] as const;

type Draft = Omit<KillRun, 'keep' | 'name'> & { readonly cluster: string };

/** Throws a RangeError that names what is allowed, and for a mutant that names a spec which does not exist. */
export function killRuns(
  request: KillRequest,
  subjects: readonly KillSubject[],
  specs: readonly KillSpec[],
): readonly KillRun[] {
  const chosen = chosenSubjects(request, subjects);
  const drafts = joined(chosen.flatMap((subject) => draftsOf(subject, placesOf(subject, request, subjects, specs))));
  const ordered = drafts.toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
  return ordered.map(({ cluster, ...draft }, index) => {
    const name = [draft.subjects.length > 2 ? `${draft.area}-${index + 1}` : draft.subjects.join('-'), draft.family];
    return {
      ...draft,
      name: name.join('-').replace(/[^\w.-]+/g, '-'),
      keep: cluster !== '' && ordered[index + 1]?.cluster === cluster,
    };
  });
}

/** Names of the subjects that a request is about: those named, or the area's mutants, their good twins and counterparts. */
export function chosenSubjects(
  { areas: wanted, subjects: names }: KillRequest,
  subjects: readonly KillSubject[],
): readonly KillSubject[] {
  const wrongArea = wanted.find((area) => !areas.names.includes(area));
  if (wrongArea !== undefined) throw new RangeError(`--area ${wrongArea}: allowed are ${areas.names.join(', ')}`);
  const wrongName = names.find((name) => !subjects.some((subject) => subject.name === name));
  if (wrongName !== undefined)
    throw new RangeError(`--subject ${wrongName} is unknown; see npm run e2e -- --list-subjects`);
  const here = subjects.filter(({ kind }) => wanted.length === 0 || wanted.includes(areaOfKind(kind)));
  const mutants = here.filter(({ caughtBy }) => caughtBy.length > 0);
  const twins = new Set(mutants.map((mutant) => goodTwin(mutant, subjects)?.name));
  const chosen = here.filter(({ name, caughtBy, passes = [], undecided = [] }) =>
    names.length > 0 ? names.includes(name) : caughtBy.length + passes.length + undecided.length > 0 || twins.has(name),
  );
  if (chosen.length === 0) throw new RangeError(`no subject of --area ${wanted.join(', ')} is named by --subject`);
  return chosen;
}

interface Place {
  readonly spec: string;
  readonly family: string;
  readonly cluster: string;
}

/** A good subject goes where its mutants go: else nobody knows whether a spec can be green there. */
function placesOf(
  subject: KillSubject,
  request: KillRequest,
  subjects: readonly KillSubject[],
  specs: readonly KillSpec[],
): readonly Place[] {
  const judging = specs.filter(({ judges }) => judges === subject.kind);
  const named = [...subject.caughtBy, ...(subject.passes ?? []), ...(subject.undecided ?? [])];
  const unknown = named.find((id) => !judging.some((spec) => spec.id === id));
  if (unknown !== undefined) throw new RangeError(`${subject.name} names ${unknown}, and no such spec judges it`);
  if (request.specs === 'area') return judging.map((spec) => placeOf(subject, spec));
  if (named.length > 0) return judging.filter(({ id }) => named.includes(id)).map((spec) => placeOf(subject, spec));
  const mutants = subjects.filter(
    (other) => other.caughtBy.length > 0 && goodTwin(other, subjects)?.name === subject.name,
  );
  const theirs = mutants.flatMap((mutant) =>
    placesOf(mutant, request, subjects, specs).map(({ spec, family }) => `${spec} ${family}`),
  );
  return judging.flatMap((spec) =>
    mutants.length === 0
      ? [placeOf(subject, spec)]
      : FAMILIES.filter((family) => theirs.includes(`${spec.id} ${family}`)).map((family) =>
          placeOf({ ...subject, family }, spec),
        ),
  );
}

/** A spec runs on the first of the families that it applies to, unless the defect shows on another only. */
function placeOf(subject: KillSubject, { id, needs }: KillSpec): Place {
  const families = needs?.families ?? ['ipv4'];
  const family = subject.family ?? FAMILIES.find((one) => families.includes(one)) ?? 'ipv4';
  return { spec: id, family, cluster: needs?.cluster === false ? '' : `${groundOf(subject)} ${family}` };
}

function draftsOf(subject: KillSubject, places: readonly Place[]): readonly Draft[] {
  const shared = { area: areaOfKind(subject.kind), good: subject.caughtBy.length === 0, subjects: [subject.name] };
  return [...new Set(places.map(({ cluster }) => cluster))].map((cluster) => {
    const here = places.filter((place) => place.cluster === cluster);
    return { ...shared, cluster, family: here[0]?.family ?? 'ipv4', specs: here.map(({ spec }) => spec) };
  });
}

/** Variants of what clusters stand on share a cluster with their twin; everything else stands on the default one. */
function groundOf({ name, kind }: KillSubject): string {
  return kind === areas.ground?.kind ? clusterWord(name) : 'default';
}

/** Subjects that are judged side by side are in one run when they have the same specs: what takes minutes there is waiting. */
function joined(drafts: readonly Draft[]): readonly Draft[] {
  const groups = new Map<string, Draft>();
  for (const draft of drafts) {
    const apart = areas.area(draft.area).kinds.every(({ sideBySide }) => sideBySide !== true);
    const side = apart ? draft.subjects.join() : '';
    const key = [side, draft.area, draft.good, draft.cluster, ...draft.specs].join('\n');
    const before = groups.get(key);
    groups.set(key, { ...draft, subjects: [...(before?.subjects ?? []), ...draft.subjects] });
  }
  return [...groups.values()];
}

/** By cluster; there the good subject first, because a broken set-up shows soonest on it. */
function orderOf({ area, cluster, good, subjects }: Draft): string {
  return [cluster, area, good ? 0 : 1, ...subjects].join('\n');
}
