/** A flow before and after a change, as datagrams alone show it. */
import type { DatagramStream } from './datagram-stream.ts';

export interface Reach {
  readonly stream: DatagramStream;
  /** `udp 10.96.0.9:80 from client`. */
  readonly subject: string;
  readonly to: string;
  /** Last sequence number sent before the change. */
  readonly sequence: number;
  readonly after: string;
}
