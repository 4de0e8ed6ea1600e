/** What a port mapper may be able to do. A spec that needs one of these is skipped where the subject does not report it. */
export type PortMapperCapability =
  /** A flow through a host port has a row in the conntrack table of its node, which names the pod. */
  | 'mapped-rows'
  /** Its rules can be read, so that a spec sees when they came and went. */
  | 'readable-rules'
  /** Gives one port on two addresses of a node to two pods. */
  | 'host-address'
  /** It is a program that the container runtime starts for each change, and that may be killed in the middle of one. */
  | 'killable';

declare module '../../../harness/subject/subject.ts' {
  interface SubjectKinds {
    'port-mapper': PortMapperCapability;
  }
}
