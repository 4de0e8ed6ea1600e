/** A client program of a session while it runs. */
import type { LineStream } from '../../../harness/cluster/line-process.ts';
import type { ClientLine } from '../evidence/watch-client-line.ts';
import type { ClientSubject } from '../subjects/client-subject.ts';

export interface Running {
  readonly client: ClientSubject;
  readonly process: { readonly stream: LineStream; endedWith(): string | undefined };
  readonly lines: ClientLine[];
}
