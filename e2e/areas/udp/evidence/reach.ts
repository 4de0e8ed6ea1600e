/** A flow before and after a change, as datagrams alone show it. */
import type { ClusterNode } from '../../../harness/cluster/cluster.ts';
import type { Frontend } from '../stage/frontend.ts';
import type { DatagramStream } from '../../../harness/datagrams/datagram-stream.ts';
import type { Destination, FreshFlows } from './fresh-flows.ts';

export interface Reach {
  /** Where the client runs, whose rules decide. */
  readonly node: ClusterNode;
  readonly stream: DatagramStream;
  /** `udp 10.96.0.9:80 from client`. */
  readonly subject: string;
  readonly frontend: Frontend;
  readonly fresh: FreshFlows;
  readonly from: Destination;
  readonly to: Destination;
  /** Last sequence number sent before the change. */
  readonly sequence: number;
  /** When the change was seen in the API, on the run's clock. */
  readonly changedAt: number;
  readonly after: string;
}
