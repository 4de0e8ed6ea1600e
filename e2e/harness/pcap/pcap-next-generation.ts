/** Blocks of a pcapng file: sections in either byte order, each with interfaces that have a link type and clock of their own. */
import { Packet, PcapFormatError } from './pcap-packet.ts';

export const SECTION_HEADER = 0x0a0d0d0a;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const Block = { INTERFACE: 1, PACKET: 2, SIMPLE_PACKET: 3, INTERFACE_STATISTICS: 5, ENHANCED_PACKET: 6 } as const;
const Option = { END: 0, TIMESTAMP_RESOLUTION: 9, TIMESTAMP_OFFSET: 14, INTERFACE_DROPS: 5 } as const;
/** A block above this is damage, not data (libpcap's bound). */
const MAX_BLOCK = 16 * 1024 * 1024;
/** Kept interfaces of one section: a damaged file must not fill the memory. */
const MAX_INTERFACES = 65_536;

interface Interface {
  readonly linkType: number;
  readonly snapLength: number;
  /** Units in a second. */
  readonly unitsPerSecond: bigint;
  readonly offsetSeconds: bigint;
}

/** Takes blocks off a growing buffer; the same face as ClassicParser. */
export class NextGenerationParser {
  readonly format = 'pcapng';
  needed = 12;
  packets = 0;
  littleEndian = true;
  /** Drops reported by interface statistics blocks, where the writer left any. */
  droppedByInterface: number | undefined;
  readonly linkTypes = new Set<number>();
  #interfaces: Interface[] = [];
  #inSection = false;

  parse(buffer: Buffer, base: number, out: Packet[]): number {
    let offset = 0;
    this.needed = 12;
    while (offset + 12 <= buffer.length) {
      const isSection = buffer.readUInt32BE(offset) === SECTION_HEADER;
      if (isSection) this.#openSection(buffer, offset, base);
      else if (!this.#inSection) throw new PcapFormatError('pcapng block before any section header', base + offset);
      const type = this.#u32(buffer, offset);
      const length = this.#u32(buffer, offset + 4);
      if (length < 12 || length % 4 !== 0 || length > MAX_BLOCK)
        throw new PcapFormatError(`pcapng block of type ${type} claims ${length} bytes`, base + offset);
      if (offset + length > buffer.length) {
        this.needed = length;
        break;
      }
      const trailer = this.#u32(buffer, offset + length - 4);
      if (trailer !== length)
        throw new PcapFormatError(`pcapng block lengths differ: ${length} before, ${trailer} after`, base + offset);
      this.#block(type, buffer, offset + 8, offset + length - 4, base, out);
      offset += length;
    }
    return offset;
  }

  #openSection(buffer: Buffer, offset: number, base: number): void {
    if (buffer.readUInt32LE(offset + 8) === BYTE_ORDER_MAGIC) this.littleEndian = true;
    else if (buffer.readUInt32BE(offset + 8) === BYTE_ORDER_MAGIC) this.littleEndian = false;
    else throw new PcapFormatError('pcapng section without a byte-order magic', base + offset + 8);
    this.#inSection = true;
    this.#interfaces = [];
  }

  #block(type: number, buffer: Buffer, start: number, end: number, base: number, out: Packet[]): void {
    const size = end - start;
    const atLeast = (bytes: number): void => {
      if (size < bytes)
        throw new PcapFormatError(`pcapng block of type ${type} has a body of ${size} bytes`, base + start);
    };
    switch (type) {
      case Block.INTERFACE:
        atLeast(8);
        this.#addInterface(buffer, start, end, base);
        return;
      case Block.ENHANCED_PACKET:
      case Block.PACKET: {
        atLeast(20);
        const id = type === Block.PACKET ? this.#u16(buffer, start) : this.#u32(buffer, start);
        const units = (BigInt(this.#u32(buffer, start + 4)) << 32n) | BigInt(this.#u32(buffer, start + 8));
        this.#packet(
          buffer,
          id,
          units,
          start + 20,
          this.#u32(buffer, start + 12),
          this.#u32(buffer, start + 16),
          end,
          base,
          out,
        );
        return;
      }
      case Block.SIMPLE_PACKET: {
        atLeast(4);
        const original = this.#u32(buffer, start);
        const snap = this.#interfaces[0]?.snapLength ?? 0;
        const captured = Math.min(original, size - 4, snap === 0 ? original : snap);
        this.#packet(buffer, 0, 0n, start + 4, captured, original, end, base, out);
        return;
      }
      case Block.INTERFACE_STATISTICS:
        atLeast(12);
        for (const [code, at, length] of this.#options(buffer, start + 12, end))
          if (code === Option.INTERFACE_DROPS && length === 8)
            this.droppedByInterface = (this.droppedByInterface ?? 0) + Number(this.#u64(buffer, at));
        return;
      default:
      // Name resolution, comments, custom blocks: nothing for a packet reader.
    }
  }

  #packet(
    buffer: Buffer,
    id: number,
    units: bigint,
    start: number,
    captured: number,
    original: number,
    end: number,
    base: number,
    out: Packet[],
  ): void {
    const iface = this.#interfaces[id];
    if (iface === undefined) throw new PcapFormatError(`pcapng packet names undeclared interface ${id}`, base + start);
    if (start + captured > end)
      throw new PcapFormatError(`pcapng packet of ${captured} bytes does not fit its block`, base + start);
    const fraction = units % iface.unitsPerSecond;
    const seconds = Number(units / iface.unitsPerSecond + iface.offsetSeconds);
    const nanos = Number((fraction * 1_000_000_000n) / iface.unitsPerSecond);
    out.push(new Packet(this.packets++, seconds, nanos, iface.linkType, id, original, buffer, start, captured));
  }

  #addInterface(buffer: Buffer, start: number, end: number, base: number): void {
    if (this.#interfaces.length >= MAX_INTERFACES)
      throw new PcapFormatError(`pcapng section declares more than ${MAX_INTERFACES} interfaces`, base + start);
    let unitsPerSecond = 1_000_000n;
    let offsetSeconds = 0n;
    for (const [code, at, length] of this.#options(buffer, start + 8, end)) {
      if (code === Option.TIMESTAMP_RESOLUTION && length === 1)
        unitsPerSecond = resolution(buffer.readUInt8(at), base + at);
      if (code === Option.TIMESTAMP_OFFSET && length === 8) offsetSeconds = BigInt.asIntN(64, this.#u64(buffer, at));
    }
    const linkType = this.#u16(buffer, start);
    this.linkTypes.add(linkType);
    this.#interfaces.push({ linkType, snapLength: this.#u32(buffer, start + 4), unitsPerSecond, offsetSeconds });
  }

  /** [code, offset, length] of each option; stops quietly at the first that does not fit, as Wireshark does. */
  *#options(buffer: Buffer, start: number, end: number): Generator<readonly [number, number, number]> {
    let offset = start;
    while (offset + 4 <= end) {
      const code = this.#u16(buffer, offset);
      const length = this.#u16(buffer, offset + 2);
      if (code === Option.END || offset + 4 + length > end) return;
      yield [code, offset + 4, length];
      offset += 4 + length + ((4 - (length % 4)) % 4);
    }
  }

  #u16(buffer: Buffer, offset: number): number {
    return this.littleEndian ? buffer.readUInt16LE(offset) : buffer.readUInt16BE(offset);
  }

  #u32(buffer: Buffer, offset: number): number {
    return this.littleEndian ? buffer.readUInt32LE(offset) : buffer.readUInt32BE(offset);
  }

  #u64(buffer: Buffer, offset: number): bigint {
    return this.littleEndian ? buffer.readBigUInt64LE(offset) : buffer.readBigUInt64BE(offset);
  }
}

/** if_tsresol: the low seven bits are a power of 10, or of 2 when the top bit is set. */
function resolution(value: number, offset: number): bigint {
  const exponent = value & 0x7f;
  if (exponent > 63) throw new PcapFormatError(`pcapng clock resolution exponent ${exponent}`, offset);
  return (value & 0x80) === 0 ? 10n ** BigInt(exponent) : 1n << BigInt(exponent);
}
