/** What a run asks the set-up for: the machine that its specs need, images, and the parts of its subjects, by who waits for them. */
import { missingRows, repairableRows, type DiagnoseOptions } from '../../hack/doctor/diagnose.ts';
import type { Row, Surroundings } from '../../hack/doctor/check.ts';
import type { SetUpRequest } from '../../hack/set-up.ts';
import type { Options } from '../harness/run/options/schema.ts';
import type { Subject, SubjectKind } from '../harness/subject/subject.ts';

export function diagnoseOptions(options: Options): DiagnoseOptions {
  return {
    provider: options.provider ?? 'kind',
    nodeImage: options.nodeImage,
    nodeImageSource: options.nodeImageSource,
    guard: options.guard,
  };
}

/** Kinds by how soon they usually stand: proxies come with the cluster, an agent is compiled, clients are many. */
const bySpeed: readonly SubjectKind[] = ['service-proxy', 'packet-capture', 'policy-agent', 'api-client'];

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
  const uses = ({ repair, state, what }: Row): boolean => {
    if (state === 'missing') return true;
    if (repair === 'bpf-packages') return kinds.has('policy-agent');
    if (repair === 'client-packages') return kinds.has('api-client');
    return repair !== 'network-packages' || kinds.has('api-client') || what.startsWith('kernel');
  };
  return useful ? repairableRows(rows).filter(uses) : missingRows(rows);
}

/** How the node image is made; undefined when there is one. */
export function nodeImageToMake(options: Options, around: Surroundings): SetUpRequest['nodeImage'] {
  if (around.provider !== 'kind' || around.nodeImage !== undefined) return undefined;
  return { build: around.mustBuild, source: options.nodeImageSource ?? 'auto' };
}
