/** What a service proxy tells besides what every subject does. */
import type { Subject } from '../../../harness/subject/subject.ts';

export interface ServiceProxy extends Subject {
  /** Names of the programs by which it deletes rows on a cluster of that version; absent when nobody knows them. */
  programs?(kubernetes: string): readonly string[];
  /** Its pods, one a node; absent when it does not run in pods. */
  readonly pods?: { readonly namespace: string; readonly labelSelector: string };
  /** By which programs in its pods it writes rules, and what its log says of a write that failed; with `rule-program`. */
  readonly ruleWriter?: { readonly programs: readonly string[]; readonly failed: RegExp };
}
