/** What a flow does once it has been answered by the right server: one reply proves a moment, and a flow may fall back. */
import type { SpecContext } from '../../../harness/run/context.ts';
import { totalLost } from '../../../harness/datagrams/datagram-loss.ts';
import type { Reply } from '../../../harness/datagrams/datagram-record.ts';
import type { DatagramStream } from '../../../harness/datagrams/datagram-stream.ts';

/** Datagrams that are looked at after the first answer: one second at the usual pace. */
export const TAIL = 50;

export interface Tail {
  readonly outcome: 'settled' | 'nobody-answers' | 'wrong-server' | 'falls-silent' | 'flaps' | 'loses-datagrams';
  /** The first reply of the right server. */
  readonly first?: Reply;
  /** Unanswered ones after that. */
  readonly lost: number;
  readonly told: string;
}

/** Waits for an answer of `to` to a datagram after `afterSequence`, then looks at the datagrams that follow. */
export async function watchTail(
  t: SpecContext,
  stream: DatagramStream,
  at: { readonly to: string; readonly afterSequence: number; readonly timeoutMs: number; readonly flow?: number },
): Promise<Tail> {
  const { to, afterSequence, flow = 0 } = at;
  const later = (): readonly Reply[] => stream.flow(flow).replies.filter(({ sequence }) => sequence > afterSequence);
  const first = await stream.until(() => later().find(({ server }) => server === to), at.timeoutMs);
  if (first === undefined) {
    const others = [...new Set(later().map(({ server }) => server))];
    const told = others.length === 0 ? `no answer from ${to}` : `no answer from ${to}, but from ${others.join(', ')}`;
    return { outcome: others.length === 0 ? 'nobody-answers' : 'wrong-server', lost: 0, told };
  }
  await stream.settle(TAIL, t.wait(15_000), flow);
  const [windows = []] = await stream.settledLosses([flow], { afterSequence: first.sequence });
  const strangers = later().filter(({ sequence, server }) => sequence > first.sequence && server !== to);
  const lost = totalLost(windows);
  const told = `an answer from ${to} to datagram ${first.sequence}, then ${lost} lost`;
  const ends = { first, lost };
  if (strangers.length > 0) {
    const names = [...new Set(strangers.map(({ server }) => server))].join(', ');
    return { ...ends, outcome: 'flaps', told: `${told} and ${strangers.length} answered by ${names}` };
  }
  if (lost === 0) return { ...ends, outcome: 'settled', told };
  const last = windows.at(-1);
  const isSilent = last !== undefined && last.after === undefined && last.lost >= TAIL / 2;
  return { ...ends, outcome: isSilent ? 'falls-silent' : 'loses-datagrams', told };
}
