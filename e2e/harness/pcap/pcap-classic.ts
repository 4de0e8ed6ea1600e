/** Records of a classic pcap file: 24-byte header, then 16 bytes before each packet, in the writer's byte order. */
import { Packet, PcapFormatError } from './pcap-packet.ts';

export const MAGIC_MICROS = 0xa1b2c3d4;
export const MAGIC_NANOS = 0xa1b23c4d;
/** Written by kernels patched in the 1990s; its records carry extra fields. */
const MAGIC_KUZNETZOV = 0xa1b2cd34;
const FILE_HEADER = 24;
const RECORD_HEADER = 16;
/** libpcap's own bound: whatever claims more is no record. */
const MAX_RECORD = 262_144;

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

  constructor(order: { littleEndian: boolean; nanos: boolean }) {
    this.#order = order;
  }

  /** `base` is the file offset of `buffer[0]`. */
  parse(buffer: Buffer, base: number, out: Packet[]): number {
    let offset = 0;
    let header = this.header;
    if (header === undefined) {
      if (buffer.length < FILE_HEADER) return 0;
      header = this.header = this.#readHeader(buffer);
      offset = FILE_HEADER;
    }
    const end = buffer.length;
    const little = header.littleEndian;
    const scale = header.nanos ? 1 : 1000;
    const linkType = header.linkType;
    let index = this.packets;
    this.needed = RECORD_HEADER;
    while (offset + RECORD_HEADER <= end) {
      const captured = word(buffer, offset + 8, little);
      if (captured > MAX_RECORD) {
        this.packets = index;
        throw new PcapFormatError(`pcap record ${index} claims ${captured} bytes, above ${MAX_RECORD}`, base + offset);
      }
      if (offset + RECORD_HEADER + captured > end) {
        this.needed = RECORD_HEADER + captured;
        break;
      }
      const nanos = word(buffer, offset + 4, little) * scale;
      out.push(
        new Packet(
          index++,
          word(buffer, offset, little),
          nanos,
          linkType,
          0,
          word(buffer, offset + 12, little),
          buffer,
          offset + RECORD_HEADER,
          captured,
        ),
      );
      offset += RECORD_HEADER + captured;
    }
    this.packets = index;
    return offset;
  }

  #readHeader(buffer: Buffer): ClassicHeader {
    const { littleEndian, nanos } = this.#order;
    const major = littleEndian ? buffer.readUInt16LE(4) : buffer.readUInt16BE(4);
    if (major !== 2) throw new PcapFormatError(`pcap version ${major} is not read`, 4);
    // The upper half of the field holds the frame-check-sequence length and reserved bits.
    const linkType = word(buffer, 20, littleEndian) & 0xffff;
    return { littleEndian, nanos, linkType, snapLength: word(buffer, 16, littleEndian) };
  }
}

/** Four bytes as an unsigned number. By hand: it is inlined where Buffer's checked readers are not. */
function word(buffer: Buffer, offset: number, little: boolean): number {
  const a = buffer[offset] as number;
  const b = buffer[offset + 1] as number;
  const c = buffer[offset + 2] as number;
  const d = buffer[offset + 3] as number;
  return little ? (a | (b << 8) | (c << 16) | (d << 24)) >>> 0 : ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}
