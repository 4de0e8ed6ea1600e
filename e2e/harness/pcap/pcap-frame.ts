/** Layers of a packet, from the link to the transport. Pure; never throws on any input. */
import { decodeArp, type Arp } from './pcap-arp.ts';
import { decodeIp, type IpHeader } from './pcap-ip.ts';
import { cooked, ETHERNET_HEADER, ethernet, plain, type Link } from './pcap-link.ts';
import { decodeTransport, type Transport } from './pcap-transport.ts';

export type { Link } from './pcap-link.ts';

export const LinkType = {
  NULL: 0,
  ETHERNET: 1,
  RAW: 101,
  LOOP: 108,
  SLL: 113,
  IPV4: 228,
  IPV6: 229,
  SLL2: 276,
} as const;

const EtherType = { IPV4: 0x0800, ARP: 0x0806, IPV6: 0x86dd } as const;
/** Address families of the loopback header: IPv6 has a number of its own on each system that writes it. */
const FAMILY_IPV4 = 2;
const FAMILIES_IPV6 = new Set([10, 24, 28, 30]);

export interface Frame {
  readonly link: Link;
  readonly arp: Arp | undefined;
  readonly ip: IpHeader | undefined;
  /** Undefined on later fragments, for protocols that are not decoded, and where `malformed` says why. */
  readonly transport: Transport | undefined;
  /** First thing that could not be decoded or contradicts another layer, in words. */
  readonly malformed: string | undefined;
}

/** Decodes `data` as a frame of the LINKTYPE. `missing`: bytes of the frame that the capture cut off. */
export function decodeFrame(data: Buffer, linkType: number, missing = 0): Frame {
  const cut = (kind: Link['kind']): Frame =>
    frame(plain(kind), undefined, undefined, undefined, `${kind} header cut off after ${data.length} bytes`);
  switch (linkType) {
    case LinkType.ETHERNET:
      return data.length < ETHERNET_HEADER ? cut('ethernet') : network(ethernet(data), data, missing);
    case LinkType.SLL:
      return data.length < 16 ? cut('sll') : network(cooked(data, 'sll'), data, missing);
    case LinkType.SLL2:
      return data.length < 20 ? cut('sll2') : network(cooked(data, 'sll2'), data, missing);
    case LinkType.RAW:
    case 12:
      return internet(plain('raw'), data, 0, missing, 0, '');
    case LinkType.IPV4:
      return internet(plain('raw'), data, 0, missing, 4, 'link type 228');
    case LinkType.IPV6:
      return internet(plain('raw'), data, 0, missing, 6, 'link type 229');
    case LinkType.NULL:
    case LinkType.LOOP:
      return data.length < 4 ? cut('null') : loopback(data, missing);
    default:
      return frame(plain('unknown'), undefined, undefined, undefined, `link type ${linkType} is not decoded`);
  }
}

function network(link: Link & { readonly end: number }, data: Buffer, missing: number): Frame {
  const { etherType, end } = link;
  if (end > data.length) return frame(link, undefined, undefined, undefined, 'VLAN tag cut off');
  if (etherType === EtherType.IPV4) return internet(link, data, end, missing, 4, 'EtherType 0x800');
  if (etherType === EtherType.IPV6) return internet(link, data, end, missing, 6, 'EtherType 0x86dd');
  if (etherType !== EtherType.ARP) return frame(link, undefined, undefined, undefined, undefined);
  const arp = decodeArp(data.subarray(end));
  return frame(link, arp, undefined, undefined, arp === undefined ? 'ARP shorter than its addresses' : undefined);
}

/** The family is written in the byte order of the machine that captured, which the file does not tell; all are below 256. */
function loopback(data: Buffer, missing: number): Frame {
  const first = data.readUInt32BE(0);
  const family = first < 0x1_0000 ? first : data.readUInt32LE(0);
  const link = plain('null');
  const version = family === FAMILY_IPV4 ? 4 : FAMILIES_IPV6.has(family) ? 6 : undefined;
  if (version === undefined)
    return frame(link, undefined, undefined, undefined, `address family ${family} is not decoded`);
  return internet(link, data, 4, missing, version, `address family ${family}`);
}

/** `version`: which one `by` says that it is; 0 when nothing says so. */
function internet(link: Link, data: Buffer, at: number, missing: number, version: 0 | 4 | 6, by: string): Frame {
  if (version !== 0 && at < data.length) {
    const observed = (data[at] as number) >> 4;
    if (observed !== version) return frame(link, undefined, undefined, undefined, `${by} holds IP version ${observed}`);
  }
  const ip = decodeIp(data, at, missing);
  if (typeof ip === 'string') return frame(link, undefined, undefined, undefined, ip);
  if (ip.fragmentOffset > 0) return frame(link, undefined, ip, undefined, undefined);
  const transport = decodeTransport(data, ip);
  if (typeof transport === 'string') return frame(link, undefined, ip, undefined, transport);
  return frame(link, undefined, ip, transport, undefined);
}

/** Always with the same properties: readers of millions of frames meet one shape. */
function frame(
  link: Link,
  arp: Arp | undefined,
  ip: IpHeader | undefined,
  transport: Transport | undefined,
  malformed: string | undefined,
): Frame {
  return { link, arp, ip, transport, malformed };
}
