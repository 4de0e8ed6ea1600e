/** TCP, UDP, ICMP and ICMPv6 headers. */
import type { LocatedIp } from './pcap-ip.ts';

export interface TcpFlags {
  readonly fin: boolean;
  readonly syn: boolean;
  readonly rst: boolean;
  readonly psh: boolean;
  readonly ack: boolean;
}

export interface Tcp {
  readonly protocol: 'tcp';
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgement: number;
  readonly flags: TcpFlags;
  readonly window: number;
  readonly payload: Buffer;
  /** Bytes of the payload on the wire: more than `payload` has where the capture was cut. */
  readonly payloadLength: number;
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

/** The header of what the packet carries; undefined for a protocol that is not decoded; in words why a known one could not be. */
export function decodeTransport(frame: Buffer, ip: LocatedIp): Transport | string | undefined {
  switch (ip.protocol) {
    case 17:
      return udp(frame, ip);
    case 6:
      return tcp(frame, ip);
    case 1:
      return icmp('icmp', frame, ip);
    case 58:
      return icmp('icmpv6', frame, ip);
    default:
      return undefined;
  }
}

const word = (data: Buffer, at: number): number => ((data[at] as number) << 8) | (data[at + 1] as number);
const double = (data: Buffer, at: number): number => word(data, at) * 0x1_0000 + word(data, at + 2);

function udp(frame: Buffer, { start, end, payloadLength, moreFragments }: LocatedIp): Udp | string {
  if (end - start < 8) return `UDP header cut off after ${end - start} bytes`;
  // 0: longer than the field can say (RFC 2675), or left out by an offload.
  const length = word(frame, start + 4);
  if (length > 0 && length < 8) return `UDP length ${length} below its header`;
  // A first fragment has the length of the whole datagram.
  if (length > payloadLength && !moreFragments)
    return `UDP length ${length} beyond the ${payloadLength} bytes that IP carries`;
  return new LocatedUdp(frame, start, length === 0 ? end : Math.min(start + length, end));
}

function tcp(frame: Buffer, { start, end, payloadLength }: LocatedIp): Tcp | string {
  if (end - start < 20) return `TCP header cut off after ${end - start} bytes`;
  const headerLength = ((frame[start + 12] as number) >> 4) * 4;
  if (headerLength < 20) return `TCP header length ${headerLength}`;
  if (headerLength > payloadLength)
    return `TCP header length ${headerLength} beyond the segment of ${payloadLength} bytes`;
  return new LocatedTcp(frame, start, end, headerLength, payloadLength - headerLength);
}

function icmp(protocol: 'icmp' | 'icmpv6', frame: Buffer, { start, end }: LocatedIp): Icmp | string {
  if (end - start < 4) return `${protocol} header cut off after ${end - start} bytes`;
  return {
    protocol,
    type: frame[start] as number,
    code: frame[start + 1] as number,
    payload: frame.subarray(start + 4, end),
  };
}

class LocatedUdp implements Udp {
  declare readonly protocol: 'udp';
  declare private readonly frame: Buffer;
  declare private readonly start: number;
  declare private readonly end: number;

  constructor(frame: Buffer, start: number, end: number) {
    this.protocol = 'udp';
    this.frame = frame;
    this.start = start;
    this.end = end;
  }

  get sourcePort(): number {
    return word(this.frame, this.start);
  }

  get destinationPort(): number {
    return word(this.frame, this.start + 2);
  }

  get payload(): Buffer {
    return this.frame.subarray(this.start + 8, this.end);
  }
}

class LocatedTcp implements Tcp {
  declare readonly protocol: 'tcp';
  declare readonly payloadLength: number;
  declare private readonly frame: Buffer;
  declare private readonly start: number;
  declare private readonly end: number;
  declare private readonly headerLength: number;

  constructor(frame: Buffer, start: number, end: number, headerLength: number, payloadLength: number) {
    this.protocol = 'tcp';
    this.payloadLength = payloadLength;
    this.frame = frame;
    this.start = start;
    this.end = end;
    this.headerLength = headerLength;
  }

  get sourcePort(): number {
    return word(this.frame, this.start);
  }

  get destinationPort(): number {
    return word(this.frame, this.start + 2);
  }

  get sequence(): number {
    return double(this.frame, this.start + 4);
  }

  get acknowledgement(): number {
    return double(this.frame, this.start + 8);
  }

  get flags(): TcpFlags {
    const bits = this.frame[this.start + 13] as number;
    return {
      fin: (bits & 1) !== 0,
      syn: (bits & 2) !== 0,
      rst: (bits & 4) !== 0,
      psh: (bits & 8) !== 0,
      ack: (bits & 16) !== 0,
    };
  }

  get window(): number {
    return word(this.frame, this.start + 14);
  }

  get payload(): Buffer {
    return this.frame.subarray(Math.min(this.start + this.headerLength, this.end), this.end);
  }
}
