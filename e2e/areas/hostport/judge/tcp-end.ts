/** How TCP connections to a pod that is gone end: measured, because no port mapper promises anything. Judged: that both ways can be told apart. */
import { errorsWhileOpen, describeErrors } from '../../../harness/datagrams/datagram-record.ts';
import type { DatagramStream } from '../../../harness/datagrams/datagram-stream.ts';
import type { SpecContext } from '../../../harness/run/context.ts';
import { tcpEndTold } from './judgements.ts';

/** So long is waited for a connection's end. */
export const STALL_MS = 10_000;

export interface TcpEnd {
  /** The client was told of the end after so many milliseconds; absent: it was told nothing, and went on to send. */
  readonly toldMs?: number;
  readonly how: string;
}

/** Waits for the end that the client sees; `since` on the run's clock. */
export async function tcpEnd(t: SpecContext, stream: DatagramStream, since: number): Promise<TcpEnd> {
  const left = Math.max(0, since + t.wait(STALL_MS) - t.evidence.now());
  const end = await stream.until(() => errorsWhileOpen(stream.flow())[0], left);
  const how = describeErrors(errorsWhileOpen(stream.flow()));
  if (end === undefined) return { how: `told nothing; ${stream.describe()}` };
  return { toldMs: Math.round(Math.max(0, stream.onRunClock(end.at) - since)), how };
}

/** `closed`: of a pod that ended as pods do. `cut`: of one whose network was cut before, so that nobody could tell. */
export function judgeTcpEnds(t: SpecContext, { closed, cut }: { readonly closed: TcpEnd; readonly cut: TcpEnd }): void {
  if (closed.toldMs !== undefined)
    t.evidence.measure({ name: 'TCP client told of the end after', value: closed.toldMs, unit: 'ms' });
  t.evidence.inShort(`TCP to a gone pod: ${describe(closed)}`);
  t.judge(tcpEndTold, {
    outcome: closed.toldMs !== undefined && cut.toldMs === undefined ? 'told-apart' : 'not-told-apart',
    facts: { sender: 'same-node' },
    subject: 'TCP connections to a host port whose pod is gone',
    expected: `one to be told of the end, and one whose pod had no network any more to stall for ${STALL_MS} ms`,
    observed: `the first: ${describe(closed)}; the second: ${describe(cut)}`,
  });
}

const describe = ({ toldMs, how }: TcpEnd): string => (toldMs === undefined ? how : `${how} after ${toldMs} ms`);
