/** TCP segments of a capture file as plain data. Reads what tcpdump writes on this machine: classic pcap, Ethernet. */

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

/** Throws an Error that names the offset when the bytes are no pcap of Ethernet frames; a cut-off last record is left out. */
export function readTcpSegments(file: Buffer): readonly TcpSegment[] {
  if (file.length < 24) throw new Error(`pcap: expected a 24-byte header, observed ${file.length} bytes`);
  const magic = file.readUInt32LE(0);
  if (magic !== 0xa1b2c3d4 && magic !== 0xa1b23c4d)
    throw new Error(`pcap: expected a little-endian pcap header, observed magic ${magic.toString(16)}`);
  const fraction = magic === 0xa1b2c3d4 ? 1e3 : 1e6;
  const link = file.readUInt32LE(20);
  if (link !== 1) throw new Error(`pcap: expected link type 1 (Ethernet), observed ${link}`);
  const segments: TcpSegment[] = [];
  for (let offset = 24; offset + 16 <= file.length;) {
    const captured = file.readUInt32LE(offset + 8);
    if (captured > 262_144) throw new Error(`pcap: record at ${offset} claims ${captured} bytes`);
    if (offset + 16 + captured > file.length) break;
    const at = file.readUInt32LE(offset) * 1000 + file.readUInt32LE(offset + 4) / fraction;
    const segment = readFrame(file.subarray(offset + 16, offset + 16 + captured), at);
    if (segment !== undefined) segments.push(segment);
    offset += 16 + captured;
  }
  return segments;
}

function readFrame(frame: Buffer, at: number): TcpSegment | undefined {
  if (frame.length < 54) return undefined;
  const type = frame.readUInt16BE(12);
  const four = type === 0x0800 && frame[23] === 6;
  const six = type === 0x86dd && frame[20] === 6 && frame.length >= 74;
  if (!four && !six) return undefined;
  const tcp = four ? 14 + ((frame[14] ?? 0) & 15) * 4 : 54;
  if (frame.length < tcp + 20) return undefined;
  const total = four ? frame.readUInt16BE(16) + 14 : frame.readUInt16BE(18) + 54;
  const header = ((frame[tcp + 12] ?? 0) >> 4) * 4;
  const bits = frame[tcp + 13] ?? 0;
  const address = (offset: number): string => (four ? formatIpv4(frame, offset) : formatIpv6(frame, offset));
  return {
    at,
    from: `${address(four ? 26 : 22)}:${frame.readUInt16BE(tcp)}`,
    to: `${address(four ? 30 : 38)}:${frame.readUInt16BE(tcp + 2)}`,
    seq: frame.readUInt32BE(tcp + 4),
    ack: frame.readUInt32BE(tcp + 8),
    flags: { fin: (bits & 1) !== 0, syn: (bits & 2) !== 0, rst: (bits & 4) !== 0, ack: (bits & 16) !== 0 },
    window: frame.readUInt16BE(tcp + 14),
    length: Math.max(0, total - tcp - header),
  };
}

const formatIpv4 = (frame: Buffer, offset: number): string => [...frame.subarray(offset, offset + 4)].join('.');

/** The URL parser writes IPv6 addresses in their canonical short form (RFC 5952). */
function formatIpv6(frame: Buffer, offset: number): string {
  const groups = Array.from({ length: 8 }, (_, index) => frame.readUInt16BE(offset + index * 2).toString(16));
  return new URL(`http://[${groups.join(':')}]/`).hostname;
}
