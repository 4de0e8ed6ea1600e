/** Blocks of a pcapng file: sections in either byte order, each with interfaces that have a link type and clock of their own. */
import { Clock, type SplitTime } from './pcap-clock.ts';
import { Packet, PcapFormatError, viewOf, type Chunk } from './pcap-packet.ts';

export const SECTION_HEADER = 0x0a0d0d0a;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const Block = { INTERFACE: 1, PACKET: 2, SIMPLE_PACKET: 3, INTERFACE_STATISTICS: 5, ENHANCED_PACKET: 6 } as const;
const Option = { END: 0, TIMESTAMP_RESOLUTION: 9, TIMESTAMP_OFFSET: 14, INTERFACE_DROPS: 5 } as const;
/** A block above this is damage, not data (libpcap's bound). */
const MAX_BLOCK = 16 * 1024 * 1024;
/** Kept interfaces of one section: a damaged file must not fill the memory. */
const MAX_INTERFACES = 65_536;
/** Type, length, and the same length again behind the body. */
const AROUND = 12;
/** Interface, time, and both lengths before the bytes of a packet. */
const PACKET_HEADER = 20;

interface Interface {
  readonly linkType: number;
  readonly snapLength: number;
  readonly clock: Clock;
}

/** Takes blocks off a growing buffer; the same face as ClassicParser. */
export class NextGenerationParser {
  readonly format = 'pcapng';
  needed = AROUND;
  packets = 0;
  littleEndian = true;
  /** Drops reported by interface statistics blocks, where the writer left any. */
  droppedByInterface: number | undefined;
  readonly linkTypes = new Set<number>();
  #interfaces: Interface[] = [];
  #inSection = false;
  readonly #time: SplitTime = { seconds: 0, nanos: 0 };

  /** `base` is the file offset of the chunk's first byte. */
  parse(chunk: Chunk, base: number, out: Packet[]): number {
    const view = viewOf(chunk);
    const size = view.byteLength;
    let offset = 0;
    this.needed = AROUND;
    while (offset + AROUND <= size) {
      // Reads the same in both byte orders.
      const isSection = view.getUint32(offset, false) === SECTION_HEADER;
      if (isSection) this.#openSection(view, offset, base);
      else if (!this.#inSection) throw new PcapFormatError('pcapng block before any section header', base + offset);
      const little = this.littleEndian;
      const type = view.getUint32(offset, little);
      const length = view.getUint32(offset + 4, little);
      if (length < AROUND || length % 4 !== 0 || length > MAX_BLOCK)
        throw new PcapFormatError(`pcapng block of type ${type} claims ${length} bytes`, base + offset);
      if (offset + length > size) {
        this.needed = length;
        break;
      }
      const trailer = view.getUint32(offset + length - 4, little);
      if (trailer !== length)
        throw new PcapFormatError(`pcapng block lengths differ: ${length} before, ${trailer} after`, base + offset);
      const start = offset + 8;
      const end = offset + length - 4;
      // Nearly all blocks are of this type; its fields are read here, in the loop.
      if (type === Block.ENHANCED_PACKET && length >= AROUND + PACKET_HEADER) {
        const id = view.getUint32(start, little);
        const high = view.getUint32(start + 4, little);
        const low = view.getUint32(start + 8, little);
        const captured = view.getUint32(start + 12, little);
        const original = view.getUint32(start + 16, little);
        this.#packet(chunk, id, high, low, start + PACKET_HEADER, captured, original, end, base, out);
      } else this.#block(type, chunk, view, start, end, base, out);
      offset += length;
    }
    return offset;
  }

  #openSection(view: DataView, offset: number, base: number): void {
    if (view.getUint32(offset + 8, true) === BYTE_ORDER_MAGIC) this.littleEndian = true;
    else if (view.getUint32(offset + 8, false) === BYTE_ORDER_MAGIC) this.littleEndian = false;
    else throw new PcapFormatError('pcapng section without a byte-order magic', base + offset + 8);
    this.#inSection = true;
    this.#interfaces = [];
  }

  #block(type: number, chunk: Chunk, view: DataView, start: number, end: number, base: number, out: Packet[]): void {
    const little = this.littleEndian;
    const size = end - start;
    const atLeast = (bytes: number): void => {
      if (size < bytes)
        throw new PcapFormatError(`pcapng block of type ${type} has a body of ${size} bytes`, base + start);
    };
    switch (type) {
      case Block.ENHANCED_PACKET:
        // The loop has taken those that are long enough.
        atLeast(PACKET_HEADER);
        return;
      case Block.PACKET: {
        atLeast(PACKET_HEADER);
        const id = view.getUint16(start, little);
        const [high, low] = [view.getUint32(start + 4, little), view.getUint32(start + 8, little)];
        const [captured, original] = [view.getUint32(start + 12, little), view.getUint32(start + 16, little)];
        this.#packet(chunk, id, high, low, start + PACKET_HEADER, captured, original, end, base, out);
        return;
      }
      case Block.SIMPLE_PACKET: {
        atLeast(4);
        const original = view.getUint32(start, little);
        const snap = this.#interfaces[0]?.snapLength ?? 0;
        const captured = Math.min(original, size - 4, snap === 0 ? original : snap);
        this.#packet(chunk, 0, -1, 0, start + 4, captured, original, end, base, out);
        return;
      }
      case Block.INTERFACE:
        atLeast(8);
        this.#addInterface(view, start, end, base);
        return;
      case Block.INTERFACE_STATISTICS:
        atLeast(12);
        for (const { code, at, length } of this.#options(view, start + 12, end, base))
          if (code === Option.INTERFACE_DROPS && length === 8)
            this.droppedByInterface = (this.droppedByInterface ?? 0) + Number(view.getBigUint64(at, little));
        return;
      case SECTION_HEADER: {
        atLeast(16);
        const [major, minor] = [view.getUint16(start + 4, little), view.getUint16(start + 6, little)];
        // 1.2 was written by some for a while and is the same format.
        if (major !== 1 || (minor !== 0 && minor !== 2))
          throw new PcapFormatError(`pcapng version ${major}.${minor} is not read, 1.0 and 1.2 are`, base + start + 4);
        return;
      }
      default:
      // Name resolution, comments, custom blocks: nothing for a packet reader.
    }
  }

  /** `high` is -1 for a simple packet, which has no time; the reader calls it 0. */
  #packet(
    chunk: Chunk,
    id: number,
    high: number,
    low: number,
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
    const time = this.#time;
    if (high < 0) time.seconds = time.nanos = 0;
    else if (!iface.clock.split(high, low, time)) {
      const text = `pcapng packet ${this.packets} is timed ${time.seconds} s after 1970, beyond a Date`;
      throw new PcapFormatError(text, base + start);
    }
    out.push(
      new Packet(this.packets++, time.seconds, time.nanos, iface.linkType, id, original, captured, chunk, start),
    );
  }

  #addInterface(view: DataView, start: number, end: number, base: number): void {
    if (this.#interfaces.length >= MAX_INTERFACES)
      throw new PcapFormatError(`pcapng section declares more than ${MAX_INTERFACES} interfaces`, base + start);
    let resolution = 6;
    let offsetSeconds = 0n;
    const sized = (name: string, at: number, length: number, expected: number): void => {
      // Passed over, it would leave every time of the interface in a unit that the file does not say.
      if (length !== expected)
        throw new PcapFormatError(`pcapng ${name} of ${length} bytes, expected ${expected}`, base + at - 4);
    };
    for (const { code, at, length } of this.#options(view, start + 8, end, base)) {
      if (code === Option.TIMESTAMP_RESOLUTION) {
        sized('if_tsresol', at, length, 1);
        resolution = view.getUint8(at);
      } else if (code === Option.TIMESTAMP_OFFSET) {
        sized('if_tsoffset', at, length, 8);
        offsetSeconds = view.getBigInt64(at, this.littleEndian);
      }
    }
    const linkType = view.getUint16(start, this.littleEndian);
    this.linkTypes.add(linkType);
    const snapLength = view.getUint32(start + 4, this.littleEndian);
    this.#interfaces.push({ linkType, snapLength, clock: clockOf(resolution, offsetSeconds, base + start) });
  }

  /** What stands behind a damaged option cannot be found: the clock of an interface, for one, would fall back to µs unsaid. */
  *#options(view: DataView, start: number, end: number, base: number): Generator<FoundOption> {
    for (let offset = start; offset < end;) {
      // Blocks and options are padded to four bytes, so that an option's header is there when anything is.
      const code = view.getUint16(offset, this.littleEndian);
      const length = view.getUint16(offset + 2, this.littleEndian);
      if (code === Option.END) return;
      if (offset + 4 + length > end)
        throw new PcapFormatError(`pcapng option ${code} of ${length} bytes does not fit its block`, base + offset);
      yield { code, at: offset + 4, length };
      offset += 4 + length + ((4 - (length % 4)) % 4);
    }
  }
}

interface FoundOption {
  readonly code: number;
  /** Where its value starts. */
  readonly at: number;
  readonly length: number;
}

function clockOf(resolution: number, offsetSeconds: bigint, offset: number): Clock {
  try {
    return new Clock(resolution, offsetSeconds);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new PcapFormatError(`pcapng interface with a ${error.message}`, offset);
  }
}
