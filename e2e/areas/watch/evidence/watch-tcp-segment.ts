/** TCP segments of a capture file as plain data, and what keeps the file from being the whole truth. */
import { PcapFormatError, readPackets, type Packet } from '../../../harness/pcap/pcap-reader.ts';
import { cutText } from '../../../harness/pcap/pcap-cut.ts';

export interface TcpSegment {
  /** Wall clock, milliseconds since the epoch, with fractions. */
  readonly at: number;
  /** `address:port`, IPv6 in brackets. */
  readonly from: string;
  readonly to: string;
  readonly seq: number;
  readonly ack: number;
  readonly flags: { readonly syn: boolean; readonly ack: boolean; readonly fin: boolean; readonly rst: boolean };
  readonly window: number;
  /** Payload bytes by the IP header, also when the capture cut them off. */
  readonly length: number;
}

export interface TcpCapture {
  /** In the file's order, up to where it ends or is damaged. */
  readonly segments: readonly TcpSegment[];
  /** Why segments may be missing: the file is cut off or damaged, or has frames that cannot be read. Undefined for a whole one. */
  readonly flaw: string | undefined;
}

/** Any capture file: what cannot be read is told, because a reset that nobody saw would be called a silence. */
export async function readTcpSegments(file: Uint8Array): Promise<TcpCapture> {
  const segments: TcpSegment[] = [];
  let [packets, unread] = [0, 0];
  let first: string | undefined;
  const reader = readPackets([file]);
  const flaws: string[] = [];
  try {
    for await (const packet of reader) {
      packets++;
      const read = readSegment(packet);
      if (typeof read === 'string') {
        unread++;
        first ??= `#${packet.index + 1}: ${read}`;
      } else if (read !== undefined) segments.push(read);
    }
    const cut = cutText(reader.summary);
    if (cut !== undefined) flaws.push(cut);
  } catch (error) {
    if (!(error instanceof PcapFormatError)) throw error;
    flaws.push(error.message);
  }
  if (first !== undefined) flaws.push(`${unread} of ${packets} frames not read, the first is ${first}`);
  return { segments, flaw: flaws.length === 0 ? undefined : flaws.join('; ') };
}

/** Undefined for a frame without TCP; in words why one cannot be read. */
function readSegment({ frame, epochMs }: Packet): TcpSegment | string | undefined {
  const { ip, transport, malformed } = frame;
  if (malformed !== undefined) return malformed;
  if (ip?.protocol === 6 && (ip.fragmentOffset > 0 || ip.moreFragments)) return 'a TCP segment in fragments';
  if (ip === undefined || transport?.protocol !== 'tcp') return undefined;
  const end = (address: string, port: number): string =>
    ip.version === 6 ? `[${address}]:${port}` : `${address}:${port}`;
  const { fin, syn, rst, ack } = transport.flags;
  return {
    at: epochMs,
    from: end(ip.source, transport.sourcePort),
    to: end(ip.destination, transport.destinationPort),
    seq: transport.sequence,
    ack: transport.acknowledgement,
    flags: { fin, syn, rst, ack },
    window: transport.window,
    length: transport.payloadLength,
  };
}
