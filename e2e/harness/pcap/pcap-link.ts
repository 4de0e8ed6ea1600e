/** Link headers: Ethernet with its VLAN tags, and the cooked headers of tcpdump's `any` device. */
import { macText } from './pcap-address.ts';

/** Addresses are lower-case hex with colons; SLL and SLL2 know the sender's only. */
export interface Link {
  readonly kind: 'ethernet' | 'sll' | 'sll2' | 'raw' | 'null' | 'unknown';
  readonly source: string | undefined;
  readonly destination: string | undefined;
  /** EtherType of the payload, after VLAN tags. */
  readonly etherType: number | undefined;
  /** VLAN ids, outermost first. */
  readonly vlans: readonly number[];
  /** SLL and SLL2: 0 to us, 1 broadcast, 2 multicast, 3 to someone else, 4 from us. */
  readonly packetType: number | undefined;
  /** SLL2: the device on which it was seen. */
  readonly interfaceIndex: number | undefined;
}

export const ETHERNET_HEADER = 14;
const TAGS = { VLAN: 0x8100, QINQ: 0x88a8, QINQ_OLD: 0x9100 } as const;
const NO_VLANS: readonly number[] = [];

/** Addresses are written when they are asked for. `at` of an address is -1 where there is none. */
class LocatedLink implements Link {
  declare readonly kind: Link['kind'];
  declare readonly etherType: number | undefined;
  declare readonly vlans: readonly number[];
  declare readonly packetType: number | undefined;
  declare readonly interfaceIndex: number | undefined;
  /** Where the payload starts; beyond the frame when a tag is cut off. */
  declare readonly end: number;
  declare private readonly frame: Buffer;
  declare private readonly sourceAt: number;
  declare private readonly destinationAt: number;

  constructor(
    kind: Link['kind'],
    frame: Buffer,
    sourceAt: number,
    destinationAt: number,
    etherType: number | undefined,
    start: number,
    packetType: number | undefined,
    interfaceIndex: number | undefined,
  ) {
    let vlans = NO_VLANS;
    let type = etherType;
    let end = start;
    while (type === TAGS.VLAN || type === TAGS.QINQ || type === TAGS.QINQ_OLD) {
      end += 4;
      if (end > frame.length) break;
      vlans = [...vlans, word(frame, end - 4) & 0x0fff];
      type = word(frame, end - 2);
    }
    this.kind = kind;
    this.etherType = type;
    this.vlans = vlans;
    this.packetType = packetType;
    this.interfaceIndex = interfaceIndex;
    this.end = end;
    this.frame = frame;
    this.sourceAt = sourceAt;
    this.destinationAt = destinationAt;
  }

  get source(): string | undefined {
    return this.sourceAt < 0 ? undefined : macText(this.frame, this.sourceAt);
  }

  get destination(): string | undefined {
    return this.destinationAt < 0 ? undefined : macText(this.frame, this.destinationAt);
  }
}

const word = (data: Buffer, at: number): number => ((data[at] as number) << 8) | (data[at + 1] as number);
const NOTHING = Buffer.alloc(0);

/** `data` has 14 bytes at least. */
export function ethernet(data: Buffer): LocatedLink {
  return new LocatedLink('ethernet', data, 6, 0, word(data, 12), ETHERNET_HEADER, undefined, undefined);
}

/** `data` has 16 bytes (SLL) or 20 (SLL2) at least. */
export function cooked(data: Buffer, kind: 'sll' | 'sll2'): LocatedLink {
  if (kind === 'sll') {
    const source = word(data, 4) === 6 ? 6 : -1;
    return new LocatedLink(kind, data, source, -1, word(data, 14), 16, word(data, 0), undefined);
  }
  const source = data[11] === 6 ? 12 : -1;
  return new LocatedLink(kind, data, source, -1, word(data, 0), 20, data[10], data.readUInt32BE(4));
}

/** A link without addresses. */
export function plain(kind: Link['kind']): Link {
  return new LocatedLink(kind, NOTHING, -1, -1, undefined, 0, undefined, undefined);
}
