/** Layers of a packet, from the link to the transport. Pure; never throws on any input. */
import { decodeArp, type Arp } from './pcap-arp.ts';
import { decodeIp, type IpHeader } from './pcap-ip.ts';
import { decodeTransport, type Transport } from './pcap-transport.ts';

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

const EtherType = { IPV4: 0x0800, ARP: 0x0806, VLAN: 0x8100, IPV6: 0x86dd, QINQ: 0x88a8, QINQ_OLD: 0x9100 } as const;

/** The link header. Addresses are lower-case hex with colons; SLL and SLL2 know the sender's only. */
export interface Link {
  readonly kind: 'ethernet' | 'sll' | 'sll2' | 'raw' | 'null' | 'unknown';
  readonly source?: string;
  readonly destination?: string;
  /** EtherType of the payload, after VLAN tags. */
  readonly etherType?: number;
  /** VLAN ids, outermost first. */
  readonly vlans: readonly number[];
  /** SLL and SLL2: 0 to us, 1 broadcast, 2 multicast, 3 to someone else, 4 from us. */
  readonly packetType?: number;
  /** SLL2: the device on which it was seen. */
  readonly interfaceIndex?: number;
}

export interface Frame {
  readonly link: Link;
  readonly arp?: Arp;
  readonly ip?: IpHeader;
  /** Absent on later fragments and on what was cut off by the snap length. */
  readonly transport?: Transport;
  /** First thing that could not be decoded, in words. */
  readonly malformed?: string;
}

/** Decodes `data` as a frame of the LINKTYPE. */
export function decodeFrame(data: Buffer, linkType: number): Frame {
  switch (linkType) {
    case LinkType.ETHERNET:
      return ethernet(data);
    case LinkType.SLL:
      return data.length < 16
        ? short('sll', data)
        : cooked(data, 'sll', data.readUInt16BE(14), 16, data.readUInt16BE(0));
    case LinkType.SLL2:
      return data.length < 20
        ? short('sll2', data)
        : cooked(data, 'sll2', data.readUInt16BE(0), 20, data.readUInt8(10));
    case LinkType.RAW:
    case LinkType.IPV4:
    case LinkType.IPV6:
    case 12:
      return rawIp({ kind: 'raw', vlans: [] }, data);
    case LinkType.NULL:
    case LinkType.LOOP:
      return data.length < 4 ? short('null', data) : rawIp({ kind: 'null', vlans: [] }, data.subarray(4));
    default:
      return { link: { kind: 'unknown', vlans: [] }, malformed: `link type ${linkType} is not decoded` };
  }
}

function ethernet(data: Buffer): Frame {
  if (data.length < 14) return short('ethernet', data);
  const { etherType, vlans, offset } = skipVlans(data, data.readUInt16BE(12), 14);
  const link: Link = {
    kind: 'ethernet',
    source: mac(data, 6),
    destination: mac(data, 0),
    etherType,
    vlans,
  };
  return network(link, etherType, data.subarray(offset));
}

function cooked(data: Buffer, kind: 'sll' | 'sll2', protocol: number, header: number, packetType: number): Frame {
  const address = kind === 'sll' ? 6 : 12;
  const length = kind === 'sll' ? data.readUInt16BE(4) : data.readUInt8(11);
  const { etherType, vlans, offset } = skipVlans(data, protocol, header);
  const link: Link = {
    kind,
    ...(length === 6 ? { source: mac(data, address) } : {}),
    etherType,
    vlans,
    packetType,
    ...(kind === 'sll2' ? { interfaceIndex: data.readUInt32BE(4) } : {}),
  };
  return network(link, etherType, data.subarray(offset));
}

function skipVlans(data: Buffer, first: number, start: number): { etherType: number; vlans: number[]; offset: number } {
  const vlans: number[] = [];
  let etherType = first;
  let offset = start;
  while (isVlan(etherType) && offset + 4 <= data.length) {
    vlans.push(data.readUInt16BE(offset) & 0x0fff);
    etherType = data.readUInt16BE(offset + 2);
    offset += 4;
  }
  return { etherType, vlans, offset };
}

function isVlan(etherType: number): boolean {
  return etherType === EtherType.VLAN || etherType === EtherType.QINQ || etherType === EtherType.QINQ_OLD;
}

function network(link: Link, etherType: number, payload: Buffer): Frame {
  if (etherType === EtherType.ARP) {
    const arp = decodeArp(payload);
    return arp === undefined ? { link, malformed: 'ARP shorter than its addresses' } : { link, arp };
  }
  if (etherType === EtherType.IPV4 || etherType === EtherType.IPV6) return rawIp(link, payload);
  return { link };
}

function rawIp(link: Link, payload: Buffer): Frame {
  const ip = decodeIp(payload);
  if (typeof ip === 'string') return { link, malformed: ip };
  if (ip.fragmentOffset > 0) return { link, ip };
  const transport = decodeTransport(ip.protocol, ip.payload);
  if (typeof transport === 'string') return { link, ip, malformed: transport };
  return transport === undefined ? { link, ip } : { link, ip, transport };
}

function short(kind: Link['kind'], data: Buffer): Frame {
  return { link: { kind, vlans: [] }, malformed: `${kind} header cut off after ${data.length} bytes` };
}

function mac(data: Buffer, offset: number): string {
  const hex = data.toString('hex', offset, offset + 6);
  return `${hex.slice(0, 2)}:${hex.slice(2, 4)}:${hex.slice(4, 6)}:${hex.slice(6, 8)}:${hex.slice(8, 10)}:${hex.slice(10, 12)}`;
}
