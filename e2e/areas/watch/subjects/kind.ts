/** What a client talks to. A spec that needs one of these is skipped where the subject does not report it. */
export type ClientCapability =
  /** Plain TCP, to the timer-server. */
  | 'timer'
  /** A watch of the API server. */
  | 'api'
  /** Lists of the API server, now and then, on a pool of connections. */
  | 'poll';

declare module '../../../harness/subject/subject.ts' {
  interface SubjectKinds {
    'api-client': ClientCapability;
  }
}
