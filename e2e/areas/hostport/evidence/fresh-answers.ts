/** When a flow that begins anew reaches a server: its rules are in force from then on. */
import type { DatagramStream } from '../../../harness/datagrams/datagram-stream.ts';

export interface FreshAnswer {
  /** On the run's clock: when the first datagram that this server answered was sent, and the first answer came. */
  readonly sentAt: number;
  readonly answeredAt: number;
}

/** `stream` is that of a client that opens a new socket for each datagram; each is a flow of its own. */
export async function firstFreshAnswer(
  stream: DatagramStream,
  server: string,
  { timeoutMs, sentAfter = 0 }: { readonly timeoutMs: number; readonly sentAfter?: number },
): Promise<FreshAnswer | undefined> {
  let next = 0;
  return stream.until(() => {
    // Flows are told in order, and one that has no answer yet may still get it.
    for (let index = Math.max(0, next - 50); index < stream.record.flowCount(); index += 1) {
      next = Math.max(next, index);
      const { sent, replies } = stream.flow(index);
      const [first, reply] = [sent[0], replies[0]];
      if (first === undefined || reply?.server !== server) continue;
      const sentAt = stream.onRunClock(first.at);
      if (sentAt > sentAfter) return { sentAt, answeredAt: stream.onRunClock(reply.at) };
    }
    return undefined;
  }, timeoutMs);
}
