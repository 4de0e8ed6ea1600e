/** TCP, UDP, ICMP and ICMPv6 headers. */

export interface Tcp {
  readonly protocol: 'tcp';
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgement: number;
  readonly flags: {
    readonly fin: boolean;
    readonly syn: boolean;
    readonly rst: boolean;
    readonly psh: boolean;
    readonly ack: boolean;
  };
  readonly window: number;
  readonly payload: Buffer;
}

export interface Udp {
  readonly protocol: 'udp';
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** Without the header; shorter than the header says when the capture was cut. */
  readonly payload: Buffer;
}

export interface Icmp {
  readonly protocol: 'icmp' | 'icmpv6';
  readonly type: number;
  readonly code: number;
  readonly payload: Buffer;
}

export type Transport = Tcp | Udp | Icmp;

/** The header; undefined for a protocol that is not decoded; in words why a known one could not be. */
export function decodeTransport(protocol: number, data: Buffer): Transport | string | undefined {
  if (protocol === 17) return udp(data);
  if (protocol === 6) return tcp(data);
  if (protocol === 1 || protocol === 58) {
    const name = protocol === 1 ? 'icmp' : 'icmpv6';
    if (data.length < 4) return `${name} header cut off after ${data.length} bytes`;
    return { protocol: name, type: data.readUInt8(0), code: data.readUInt8(1), payload: data.subarray(4) };
  }
  return undefined;
}

function udp(data: Buffer): Udp | string {
  if (data.length < 8) return `UDP header cut off after ${data.length} bytes`;
  const length = data.readUInt16BE(4);
  const end = length < 8 ? data.length : Math.min(length, data.length);
  return {
    protocol: 'udp',
    sourcePort: data.readUInt16BE(0),
    destinationPort: data.readUInt16BE(2),
    payload: data.subarray(8, end),
  };
}

function tcp(data: Buffer): Tcp | string {
  if (data.length < 20) return `TCP header cut off after ${data.length} bytes`;
  const headerLength = (data.readUInt8(12) >> 4) * 4;
  if (headerLength < 20) return `TCP header length ${headerLength}`;
  const bits = data.readUInt8(13);
  const bit = (mask: number): boolean => (bits & mask) !== 0;
  return {
    protocol: 'tcp',
    sourcePort: data.readUInt16BE(0),
    destinationPort: data.readUInt16BE(2),
    sequence: data.readUInt32BE(4),
    acknowledgement: data.readUInt32BE(8),
    flags: { fin: bit(1), syn: bit(2), rst: bit(4), psh: bit(8), ack: bit(16) },
    window: data.readUInt16BE(14),
    payload: data.subarray(Math.min(headerLength, data.length)),
  };
}
