/** Two captures of one connection on both sides of a translation: the Service's address on one, the server's own on the other. Pure. */
import type { TcpSegment } from './watch-tcp-segment.ts';

/**
 * The server side's segments under the names that the client side knows, paired by the sequence number of the SYN, which
 * translation does not change. What belongs to no connection of the client side is left out.
 */
export function undoTranslation(client: readonly TcpSegment[], server: readonly TcpSegment[]): readonly TcpSegment[] {
  const opened = new Map(client.filter(isSyn).map(({ seq, from, to }) => [seq, { from, to }]));
  const names = new Map<string, { readonly from: string; readonly to: string }>();
  for (const { seq, from, to } of server.filter(isSyn)) {
    const known = opened.get(seq);
    if (known === undefined) continue;
    names.set(`${from} ${to}`, known);
    names.set(`${to} ${from}`, { from: known.to, to: known.from });
  }
  return server.flatMap((segment) => {
    const known = names.get(`${segment.from} ${segment.to}`);
    return known === undefined ? [] : [{ ...segment, ...known }];
  });
}

const isSyn = ({ flags }: TcpSegment): boolean => flags.syn && !flags.ack;
