/** What a service proxy tells besides what every subject does. */
import type { Subject } from '../../../harness/subject/subject.ts';

export interface ServiceProxy extends Subject {
  /** Its pods, one a node; absent when it does not run in pods. */
  readonly pods?: { readonly namespace: string; readonly labelSelector: string };
}
