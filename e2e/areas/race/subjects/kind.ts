/** What a network policy agent may be able to do. A spec that needs one of these is skipped where the subject does not report it. */
export type AgentCapability =
  /** Keeps a connection table of its own and cleans it. */
  | 'conntrack-cleanup'
  /** Takes its policies from PolicyEndpoints. */
  | 'policy-endpoint'
  /** Logs each entry that it deletes. */
  | 'event-log';

/** The product, as known defects name it. */
export const NPA = 'aws-network-policy-agent';

/** Every build of the AWS agent can do all of it. */
export const CAN: readonly AgentCapability[] = ['conntrack-cleanup', 'policy-endpoint', 'event-log'];

declare module '../../../harness/subject/subject.ts' {
  interface SubjectKinds {
    'policy-agent': AgentCapability;
  }
}
