/** Records of a classic pcap file: 24-byte header, then 16 bytes before each packet, in the writer's byte order. */
import { Packet, PcapFormatError, viewOf, type Chunk } from './pcap-packet.ts';

export const MAGIC_MICROS = 0xa1b2c3d4;
export const MAGIC_NANOS = 0xa1b23c4d;
/** Written by kernels patched in the 1990s; its records carry extra fields. */
const MAGIC_KUZNETZOV = 0xa1b2cd34;
const FILE_HEADER = 24;
const RECORD_HEADER = 16;
/** libpcap's own bound: whatever claims more is no record. */
const MAX_RECORD = 262_144;
const LINK_TYPE_RESERVED = 0x03ff_0000;

export interface ClassicHeader {
  readonly littleEndian: boolean;
  readonly nanos: boolean;
  readonly linkType: number;
  readonly snapLength: number;
}

/** Undefined when the first four bytes are no classic magic. */
export function classicMagic(first: number, swapped: number): { littleEndian: boolean; nanos: boolean } | undefined {
  for (const [value, littleEndian] of [
    [first, true],
    [swapped, false],
  ] as const) {
    if (value === MAGIC_MICROS) return { littleEndian, nanos: false };
    if (value === MAGIC_NANOS) return { littleEndian, nanos: true };
    if (value === MAGIC_KUZNETZOV) throw new PcapFormatError('pcap variant of a patched 1990s libpcap is not read', 0);
  }
  return undefined;
}

/** Takes records off a growing buffer. `parse` returns how far it came; `needed` is then the size of the next record, as far as known. */
export class ClassicParser {
  readonly format = 'pcap';
  header: ClassicHeader | undefined;
  needed = FILE_HEADER;
  packets = 0;
  readonly #order: { littleEndian: boolean; nanos: boolean };
  /** Version 2.3 was written with the two lengths in either order; the smaller is what was captured. */
  #eitherOrder = false;

  constructor(order: { littleEndian: boolean; nanos: boolean }) {
    this.#order = order;
  }

  /** `base` is the file offset of the chunk's first byte. */
  parse(chunk: Chunk, base: number, out: Packet[]): number {
    // A DataView's readers are inlined; Buffer's checked ones cost more than the packet.
    const view = viewOf(chunk);
    const end = view.byteLength;
    let offset = 0;
    let header = this.header;
    if (header === undefined) {
      if (end < FILE_HEADER) return 0;
      header = this.header = this.#readHeader(view);
      offset = FILE_HEADER;
    }
    const { littleEndian: little, nanos, linkType } = header;
    const [unit, unitsPerSecond] = nanos ? [1, 1_000_000_000] : [1000, 1_000_000];
    let index = this.packets;
    this.needed = RECORD_HEADER;
    while (offset + RECORD_HEADER <= end) {
      let captured = view.getUint32(offset + 8, little);
      let original = view.getUint32(offset + 12, little);
      if (this.#eitherOrder && captured > original) [captured, original] = [original, captured];
      const fraction = view.getUint32(offset + 4, little);
      if (captured > MAX_RECORD || fraction >= unitsPerSecond) {
        this.packets = index;
        const wrong =
          captured > MAX_RECORD
            ? `claims ${captured} bytes, above ${MAX_RECORD}`
            : `is timed ${fraction} ${nanos ? 'ns' : 'µs'} into its second, expected below ${unitsPerSecond}`;
        throw new PcapFormatError(`pcap record ${index} ${wrong}`, base + offset);
      }
      const data = offset + RECORD_HEADER;
      if (data + captured > end) {
        this.needed = RECORD_HEADER + captured;
        break;
      }
      const seconds = view.getUint32(offset, little);
      out.push(new Packet(index++, seconds, fraction * unit, linkType, 0, original, captured, chunk, data));
      offset = data + captured;
    }
    this.packets = index;
    return offset;
  }

  #readHeader(view: DataView): ClassicHeader {
    const { littleEndian, nanos } = this.#order;
    const [major, minor] = [view.getUint16(4, littleEndian), view.getUint16(6, littleEndian)];
    // Up to 2.2 the two lengths of a record stand in the other order; 2.5 was never published.
    if (major !== 2 || minor < 3 || minor > 4)
      throw new PcapFormatError(`pcap version ${major}.${minor} is not read, 2.3 and 2.4 are`, 4);
    this.#eitherOrder = minor === 3;
    // Its upper six bits tell the length of the frame check sequence, which IP lengths leave out anyway.
    const field = view.getUint32(20, littleEndian);
    if ((field & LINK_TYPE_RESERVED) !== 0)
      throw new PcapFormatError(`pcap reserved bits of the link type are not 0: 0x${hex8(field)}`, 20);
    return { littleEndian, nanos, linkType: field & 0xffff, snapLength: view.getUint32(16, littleEndian) };
  }
}

function hex8(value: number): string {
  return value.toString(16).padStart(8, '0');
}
