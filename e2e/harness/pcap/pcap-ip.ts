/** IPv4 (RFC 791) and IPv6 (RFC 8200) headers, extension headers included. */

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
  /** IPv6 extension headers passed, by protocol number. */
  readonly extensions: readonly number[];
  /** Transport segment without link-layer padding; cut where the capture was cut. */
  readonly payload: Buffer;
}

/** Hop-by-hop, routing, fragment, authentication, destination options, mobility, HIP, Shim6. */
const EXTENSIONS = new Set([0, 43, 44, 51, 60, 135, 139, 140]);

/** The header, or in words why there is none. */
export function decodeIp(data: Buffer): IpHeader | string {
  if (data.length === 0) return 'empty IP packet';
  const version = data.readUInt8(0) >> 4;
  if (version === 4) return decodeIpv4(data);
  if (version === 6) return decodeIpv6(data);
  return `IP version ${version}`;
}

function decodeIpv4(data: Buffer): IpHeader | string {
  if (data.length < 20) return `IPv4 header cut off after ${data.length} bytes`;
  const headerLength = (data.readUInt8(0) & 0x0f) * 4;
  if (headerLength < 20 || headerLength > data.length) return `IPv4 header length ${headerLength}`;
  const total = data.readUInt16BE(2);
  // Segmentation offload leaves 0 here for packets above 64 KiB.
  const end = total === 0 ? data.length : Math.min(total, data.length);
  if (end < headerLength) return `IPv4 total length ${total} below its header`;
  const fragment = data.readUInt16BE(6);
  return {
    version: 4,
    source: data.subarray(12, 16).join('.'),
    destination: data.subarray(16, 20).join('.'),
    protocol: data.readUInt8(9),
    hopLimit: data.readUInt8(8),
    fragmentOffset: (fragment & 0x1fff) * 8,
    moreFragments: (fragment & 0x2000) !== 0,
    extensions: [],
    payload: data.subarray(headerLength, end),
  };
}

function decodeIpv6(data: Buffer): IpHeader | string {
  if (data.length < 40) return `IPv6 header cut off after ${data.length} bytes`;
  const length = data.readUInt16BE(4);
  const end = length === 0 ? data.length : Math.min(40 + length, data.length);
  const extensions: number[] = [];
  let protocol = data.readUInt8(6);
  let offset = 40;
  let fragmentOffset = 0;
  let moreFragments = false;
  while (EXTENSIONS.has(protocol) && fragmentOffset === 0) {
    if (offset + 8 > end) return `IPv6 extension header ${protocol} cut off`;
    extensions.push(protocol);
    if (protocol === 44) {
      const fragment = data.readUInt16BE(offset + 2);
      fragmentOffset = fragment & 0xfff8;
      moreFragments = (fragment & 1) !== 0;
    }
    const units = data.readUInt8(offset + 1);
    // The authentication header counts 4-byte words, the fragment header has a fixed size, the rest count 8-byte units.
    const size = protocol === 44 ? 8 : protocol === 51 ? (units + 2) * 4 : (units + 1) * 8;
    protocol = data.readUInt8(offset);
    offset += size;
  }
  if (offset > end) return 'IPv6 extension header longer than the packet';
  return {
    version: 6,
    source: ipv6Text(data, 8),
    destination: ipv6Text(data, 24),
    protocol,
    hopLimit: data.readUInt8(7),
    fragmentOffset,
    moreFragments,
    extensions,
    payload: data.subarray(offset, end),
  };
}

/** RFC 5952: lower case, no leading zeros, the longest run of two or more zero groups shortened. */
export function ipv6Text(data: Buffer, offset: number): string {
  const groups: number[] = [];
  for (let index = 0; index < 8; index++) groups.push(data.readUInt16BE(offset + 2 * index));
  let [bestStart, bestLength] = [-1, 1];
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > bestLength) [bestStart, bestLength] = [start, length];
  }
  const text = (from: number, to: number): string =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(':');
  return bestStart < 0 ? text(0, 8) : `${text(0, bestStart)}::${text(bestStart + bestLength, 8)}`;
}
