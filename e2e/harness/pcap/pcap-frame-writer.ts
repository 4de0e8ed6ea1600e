/** Writes Ethernet frames around TCP segments: IPv4 and IPv6, with VLAN tags and extension headers. Material for tests. */

export interface SegmentToWrite {
  /** Two of one family. */
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence?: number;
  readonly acknowledgement?: number;
  /** Letters of tcpdump: S, F, R, P, and `.` for an acknowledgement. */
  readonly flags: string;
  readonly payload?: Uint8Array;
  readonly vlans?: readonly number[];
  /** IPv6: destination options of this many 8-byte units stand before the segment. */
  readonly optionUnits?: number;
  readonly sourceMac?: string;
  readonly destinationMac?: string;
}

/** Checksums are left 0. */
export function tcpFrame(segment: SegmentToWrite): Buffer {
  const { source, destination, vlans = [], optionUnits = 0, payload = new Uint8Array() } = segment;
  const six = source.includes(':');
  const tcp = Buffer.alloc(20);
  tcp.writeUInt16BE(segment.sourcePort, 0);
  tcp.writeUInt16BE(segment.destinationPort, 2);
  tcp.writeUInt32BE(segment.sequence ?? 1, 4);
  tcp.writeUInt32BE(segment.acknowledgement ?? 0, 8);
  tcp.writeUInt8(5 << 4, 12);
  tcp.writeUInt8(bitsOf(segment.flags), 13);
  tcp.writeUInt16BE(500, 14);
  const options = Buffer.alloc(8 * optionUnits);
  if (optionUnits > 0) {
    options.writeUInt8(6, 0);
    options.writeUInt8(optionUnits - 1, 1);
    // One option of padding fills the rest.
    options.writeUInt8(1, 2);
    options.writeUInt8(8 * optionUnits - 4, 3);
  }
  const carried = Buffer.concat([options, tcp, payload]);
  const mac = (text = '02:00:00:00:00:01'): Buffer => Buffer.from(text.replaceAll(':', ''), 'hex');
  return Buffer.concat([
    mac(segment.destinationMac),
    mac(segment.sourceMac),
    ...vlans.map((id) => Buffer.from([0x81, 0x00, id >> 8, id & 0xff])),
    Buffer.from(six ? '86dd' : '0800', 'hex'),
    six ? ipv6Header(carried.length, optionUnits > 0 ? 60 : 6) : ipv4Header(carried.length),
    addressBytes(source),
    addressBytes(destination),
    carried,
  ]);
}

function ipv4Header(length: number): Buffer {
  const header = Buffer.from('4500000000004000400600' + '00', 'hex');
  header.writeUInt16BE(20 + length, 2);
  return header;
}

function ipv6Header(length: number, next: number): Buffer {
  const header = Buffer.from('6000000000000040', 'hex');
  header.writeUInt16BE(length, 4);
  header.writeUInt8(next, 6);
  return header;
}

/** Four or sixteen bytes. */
export function addressBytes(text: string): Buffer {
  if (!text.includes(':')) return Buffer.from(text.split('.').map(Number));
  const [left = '', right] = text.split('::');
  const groups = (part: string): string[] => part.split(':').filter((group) => group !== '');
  const [before, after] = [groups(left), groups(right ?? '')];
  const all = [...before, ...new Array<string>(8 - before.length - after.length).fill('0'), ...after];
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex');
}

function bitsOf(flags: string): number {
  const bits: Record<string, number> = { F: 1, S: 2, R: 4, P: 8, '.': 16 };
  return Array.from(flags).reduce((sum, letter) => sum | (bits[letter] ?? 0), 0);
}
