/**
 * What a run has around it: a cluster, subjects, options. The engine only passes it on; setup.ts makes the real one,
 * the engine's own tests an empty one.
 */
import type { Cluster } from '../cluster/cluster.ts';
import type { Subject, SubjectKind } from '../subject/subject.ts';
import type { Options } from './options/schema.ts';

export interface Environment {
  /** The running cluster. Throws InfrastructureError when the run has none. */
  readonly cluster: Cluster;
  /** The subject of that kind chosen for this run, installed. Throws when none was chosen. */
  subject(kind: SubjectKind): Subject;
  /** All of that kind: clients are judged side by side in one run. */
  subjects(kind: SubjectKind): readonly Subject[];
  /** Validated options as given, those of areas too. */
  readonly options: Options;
  /** The factor of every wait: `--slow-factor`, or measured at the start; 1 on a calm machine. */
  readonly slowFactor: number;
  /** Image with the in-pod programs, already on every node. */
  readonly fixturesImage: string;
}
