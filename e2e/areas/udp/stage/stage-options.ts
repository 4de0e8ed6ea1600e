/** What a stage's servers and clients can be asked for, and what they are once they run. */
import type { ClusterNode, IpFamily, PodRef } from '../../../harness/cluster/cluster.ts';
import type { Frontend } from './frontend.ts';
import type { DatagramStream } from '../../../harness/datagrams/datagram-stream.ts';

export interface StagePod {
  readonly name: string;
  readonly node: ClusterNode;
  readonly ref: PodRef;
  readonly ips: Readonly<Partial<Record<IpFamily, string>>>;
}

export interface ServerOptions {
  readonly node?: ClusterNode;
  /** Joins the Service at once; default true. Otherwise admit() lets it in. */
  readonly member?: boolean;
  readonly ports?: readonly number[];
  readonly graceSeconds?: number;
  readonly lingerMs?: number;
  /** Readiness by HTTP, closed until setReady(). */
  readonly unready?: boolean;
  readonly readiness?: boolean;
  readonly oneWay?: boolean;
  /** Echoes over TCP on the same ports too. */
  readonly tcp?: boolean;
}

export interface ClientOptions {
  readonly node?: ClusterNode;
  readonly host?: string;
  /** What `host` is; has to be told with it. */
  readonly frontend?: Frontend;
  readonly port?: number;
  readonly sourcePort?: number;
  readonly flows?: number;
  readonly intervalMs?: number;
  readonly connected?: boolean;
  readonly oneWay?: boolean;
  readonly hostNetwork?: boolean;
  /** Begin on a path that works already; default true. */
  readonly awaitPath?: boolean;
}

export interface StageClient extends StagePod {
  readonly stream: DatagramStream;
  readonly host: string;
  readonly port: number;
  readonly sourcePort: number;
  readonly hostNetwork: boolean;
  readonly frontend: Frontend;
}
