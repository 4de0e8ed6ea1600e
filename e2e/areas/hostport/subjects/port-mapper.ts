/** What a port mapper tells besides what every subject does. */
import type { ClusterNode, IpFamily } from '../../../harness/cluster/cluster.ts';
import type { Subject } from '../../../harness/subject/subject.ts';

export interface PortMapper extends Subject {
  /** Name of the program that deletes rows, as the kernel keeps it: its first 15 characters. */
  readonly program?: string;
  /** Whether the node has a rule that leads to this address; undefined where its rules cannot be read. */
  leadsTo?(node: ClusterNode, family: IpFamily, address: string, signal: AbortSignal): Promise<boolean | undefined>;
}
