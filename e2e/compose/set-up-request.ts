/** What a run asks the set-up for: the machine that its specs need, images, and the parts of its subjects, by who waits for them. */
import { missingRows, repairableRows, type DiagnoseOptions } from '../../hack/doctor/diagnose.ts';
import type { Row, Surroundings } from '../../hack/doctor/check.ts';
import type { SetUpRequest } from '../../hack/set-up.ts';
import { areas } from '../areas/index.ts';
import type { KindOfSubject } from '../harness/area/area.ts';
import type { Options } from '../harness/run/options/schema.ts';
import type { Subject, SubjectKind } from '../harness/subject/subject.ts';

export function diagnoseOptions(options: Options): DiagnoseOptions {
  return {
    provider: options.provider ?? 'kind',
    nodeImage: options.nodeImage,
    nodeImageSource: options.nodeImageSource,
    guard: options.guard,
    uses: areas.machine,
  };
}

/** Kinds by how soon they usually stand: what comes with the cluster, what needs no compiler, the rest. */
const bySpeed: readonly SubjectKind[] = [...areas.kinds]
  .sort((a, b) => delayOf(a) - delayOf(b))
  .map(({ kind }) => kind);

function delayOf({ ground, built }: KindOfSubject): number {
  if (ground === true) return 0;
  return built === true ? 2 : 1;
}

/** What is judged, and what its subjects are made of; the kinds that have to be built for come later. */
export function goalsOf(subjects: readonly Subject[], options: Options, hasCluster = true): SetUpRequest['goals'] {
  const ofKind = (kind: SubjectKind): readonly Subject[] => subjects.filter((subject) => subject.kind === kind);
  return bySpeed
    .filter((kind) => ofKind(kind).length > 0)
    .map((kind) => ({
      name: `specs that judge ${kind}`,
      after: [...new Set(ofKind(kind).flatMap((subject) => subject.parts?.({ options, hasCluster }) ?? []))],
    }));
}

/**
 * Rows to mend: what is missing, and with `useful` also what only costs specs, as far as these subjects' specs are the ones that
 * it would cost.
 */
export function rowsToMend(rows: readonly Row[], subjects: readonly Subject[], useful: boolean): readonly Row[] {
  const kinds = new Set(subjects.map(({ kind }) => kind));
  const judged = areas.all.filter(({ kinds: of }) => of.some(({ kind }) => kinds.has(kind)));
  // A kernel is asked by means of tools that every area uses.
  const uses = ({ state, what }: Row): boolean =>
    state === 'missing' ||
    what.startsWith('kernel: ') ||
    areas.machine[what] === undefined ||
    judged.some(({ machine }) => machine?.[what] !== undefined);
  return useful ? repairableRows(rows).filter(uses) : missingRows(rows);
}

/** How the node image is made; undefined when there is one. */
export function nodeImageToMake(options: Options, around: Surroundings): SetUpRequest['nodeImage'] {
  if (around.provider !== 'kind' || around.nodeImage !== undefined) return undefined;
  return { build: around.mustBuild, source: options.nodeImageSource ?? 'auto' };
}
