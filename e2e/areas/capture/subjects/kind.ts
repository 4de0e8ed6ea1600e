/**
 * What specs may need of a packet-capture controller. A controller that lacks one is skipped with that reason: judged all the
 * same it would fail for its interface, not for its packets.
 */
export type CaptureCapability =
  /** The status names the pod UID of the capture and of each of its files. */
  | 'pod-uid'
  /** A capture may be asked for before its pod exists, and begins with it. */
  | 'waits-for-pod'
  /** The file can be fetched, with all packets so far, while the capture goes on. */
  | 'live-file'
  /** Packets are taken by one tcpdump a capture, whose `-w` path on the node is the one in the status. */
  | 'tcpdump-process'
  /** A capture may be limited in packets or seconds, and says that it is over. */
  | 'limits'
  /** Limits in bytes, a snap length and a ring of files. */
  | 'file-shape'
  /** A new instance of the target is captured without being asked again. */
  | 'rebinds'
  /** The target may be given by labels. */
  | 'selector'
  /** Says in words that it waits, has ended, or refuses a target, and why. */
  | 'reasons'
  /** Files are on the node's disk, below one folder that a fault can make small. */
  | 'node-files'
  /** Agents are a DaemonSet of the subject's own, which faults may take away, cut off or kill. */
  | 'own-agents'
  /** A controller apart from its agents, which faults may take away and double. */
  | 'own-controller';

declare module '../../../harness/subject/subject.ts' {
  interface SubjectKinds {
    'packet-capture': CaptureCapability;
  }
}
