/** IPv4 (RFC 791) and IPv6 (RFC 8200) headers, extension headers included. */
import { ipv4Text, ipv6Text } from './pcap-address.ts';

export interface IpHeader {
  readonly version: 4 | 6;
  /** Dotted, or RFC 5952 text for IPv6. */
  readonly source: string;
  readonly destination: string;
  /** Of the payload, after extension headers: 6 TCP, 17 UDP, 1 ICMP, 58 ICMPv6. */
  readonly protocol: number;
  /** TTL or hop limit. */
  readonly hopLimit: number;
  /** In bytes; above 0 the payload starts inside a transport segment. */
  readonly fragmentOffset: number;
  readonly moreFragments: boolean;
  /** Extension headers passed, by protocol number; after IPv4 only the authentication header (51). */
  readonly extensions: readonly number[];
  /** Transport segment without link-layer padding; cut where the capture was cut. */
  readonly payload: Buffer;
  /** Bytes of the segment on the wire, as the headers tell it: more than `payload` has where the capture was cut. */
  readonly payloadLength: number;
}

const AUTHENTICATION = 51;
const FRAGMENT = 44;
/** Hop-by-hop, routing, fragment, authentication, destination options, mobility, HIP, Shim6. */
const EXTENSIONS = new Set([0, 43, FRAGMENT, AUTHENTICATION, 60, 135, 139, 140]);
const NO_EXTENSIONS: readonly number[] = [];

/** Where it lies in a frame; texts and views are made when they are asked for. */
export class LocatedIp implements IpHeader {
  declare readonly version: 4 | 6;
  declare readonly protocol: number;
  declare readonly hopLimit: number;
  declare readonly fragmentOffset: number;
  declare readonly moreFragments: boolean;
  declare readonly extensions: readonly number[];
  declare readonly payloadLength: number;
  /** Of the payload in the frame. */
  declare readonly start: number;
  declare readonly end: number;
  declare private readonly frame: Buffer;
  declare private readonly header: number;

  constructor(
    version: 4 | 6,
    frame: Buffer,
    header: number,
    start: number,
    end: number,
    payloadLength: number,
    protocol: number,
    hopLimit: number,
    fragmentOffset: number,
    moreFragments: boolean,
    extensions: readonly number[],
  ) {
    this.version = version;
    this.frame = frame;
    this.header = header;
    this.start = start;
    this.end = end;
    this.payloadLength = payloadLength;
    this.protocol = protocol;
    this.hopLimit = hopLimit;
    this.fragmentOffset = fragmentOffset;
    this.moreFragments = moreFragments;
    this.extensions = extensions;
  }

  get source(): string {
    return this.version === 4 ? ipv4Text(this.frame, this.header + 12) : ipv6Text(this.frame, this.header + 8);
  }

  get destination(): string {
    return this.version === 4 ? ipv4Text(this.frame, this.header + 16) : ipv6Text(this.frame, this.header + 24);
  }

  get payload(): Buffer {
    return this.frame.subarray(this.start, this.end);
  }
}

/**
 * The header that starts at `start`, or in words why there is none. `missing`: bytes of the frame that the capture cut off,
 * which tell the length of a packet that segmentation offload left at 0.
 */
export function decodeIp(data: Buffer, start = 0, missing = 0): LocatedIp | string {
  if (data.length <= start) return 'empty IP packet';
  const version = (data[start] as number) >> 4;
  if (version === 4) return decodeIpv4(data, start, missing);
  if (version === 6) return decodeIpv6(data, start, missing);
  return `IP version ${version}`;
}

const word = (data: Buffer, at: number): number => ((data[at] as number) << 8) | (data[at + 1] as number);

function decodeIpv4(data: Buffer, at: number, missing: number): LocatedIp | string {
  const kept = data.length - at;
  if (kept < 20) return `IPv4 header cut off after ${kept} bytes`;
  const headerLength = ((data[at] as number) & 0x0f) * 4;
  if (headerLength < 20 || headerLength > kept) return `IPv4 header length ${headerLength}`;
  const total = word(data, at + 2);
  // Segmentation offload leaves 0 here for packets above 64 KiB.
  const length = total === 0 ? kept + missing : total;
  if (length < headerLength) return `IPv4 total length ${total} below its header`;
  const end = at + Math.min(length, kept);
  const fragment = word(data, at + 6);
  const fragmentOffset = (fragment & 0x1fff) * 8;
  let protocol = data[at + 9] as number;
  let start = at + headerLength;
  let extensions = NO_EXTENSIONS;
  while (protocol === AUTHENTICATION && fragmentOffset === 0) {
    if (start + 12 > end) return 'IPv4 authentication header cut off';
    extensions = [...extensions, protocol];
    protocol = data[start] as number;
    start += ((data[start + 1] as number) + 2) * 4;
    if (start > end) return 'IPv4 authentication header longer than the packet';
  }
  const more = (fragment & 0x2000) !== 0;
  const carried = at + length - start;
  const hopLimit = data[at + 8] as number;
  return new LocatedIp(4, data, at, start, end, carried, protocol, hopLimit, fragmentOffset, more, extensions);
}

function decodeIpv6(data: Buffer, at: number, missing: number): LocatedIp | string {
  const kept = data.length - at;
  if (kept < 40) return `IPv6 header cut off after ${kept} bytes`;
  const said = word(data, at + 4);
  const length = said === 0 ? kept + missing : 40 + said;
  const end = at + Math.min(length, kept);
  let extensions = NO_EXTENSIONS;
  let protocol = data[at + 6] as number;
  let start = at + 40;
  let fragmentOffset = 0;
  let moreFragments = false;
  while (EXTENSIONS.has(protocol) && fragmentOffset === 0) {
    if (start + 8 > end) return `IPv6 extension header ${protocol} cut off`;
    extensions = [...extensions, protocol];
    if (protocol === FRAGMENT) {
      const fragment = word(data, start + 2);
      fragmentOffset = fragment & 0xfff8;
      moreFragments = (fragment & 1) !== 0;
    }
    const units = data[start + 1] as number;
    // The authentication header counts 4-byte words, the fragment header has a fixed size, the rest count 8-byte units.
    const size = protocol === FRAGMENT ? 8 : protocol === AUTHENTICATION ? (units + 2) * 4 : (units + 1) * 8;
    protocol = data[start] as number;
    start += size;
  }
  if (start > end) return 'IPv6 extension header longer than the packet';
  const carried = at + length - start;
  const hopLimit = data[at + 7] as number;
  return new LocatedIp(6, data, at, start, end, carried, protocol, hopLimit, fragmentOffset, moreFragments, extensions);
}
