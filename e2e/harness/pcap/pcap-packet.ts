/** One captured packet and the error of a capture file. Decoding of its layers is lazy: most readers look at few packets. */
import { decodeFrame, type Frame } from './pcap-frame.ts';

/** The file is not what it claims to be. `offset` is the byte at which the reader gave up. */
export class PcapFormatError extends Error {
  override readonly name = 'PcapFormatError';
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(`${message} (at byte ${offset})`);
    this.offset = offset;
  }
}

/** Bytes of a file that packets are views into. */
export interface Chunk {
  readonly bytes: Buffer;
  /** Of the same bytes. */
  readonly view: DataView;
}

export function chunkOf(bytes: Buffer): Chunk {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}

/** Seconds that a Date can hold, before 1970 and after. */
export const MAX_SECONDS = 8.64e12;

/** A packet as captured. It is a view into a chunk of the file: call `copy()` on `data` before keeping many of them. */
export class Packet {
  // Declared only: as fields they would be written twice, which is a third of what reading a packet costs.
  /** 0-based position in the file. */
  declare readonly index: number;
  /** Seconds since the epoch, whole; within ±MAX_SECONDS. */
  declare readonly seconds: number;
  /** Nanoseconds within the second. */
  declare readonly nanos: number;
  /** LINKTYPE number of the interface: 1 Ethernet, 113 SLL, 276 SLL2, 101 raw IP. */
  declare readonly linkType: number;
  /** Interface within the section; 0 in classic pcap. */
  declare readonly interfaceId: number;
  /** Bytes on the wire; `capturedLength` is at most this unless offloads merged packets. */
  declare readonly originalLength: number;
  declare readonly capturedLength: number;
  declare private readonly chunk: Chunk;
  declare private readonly start: number;
  declare private decoded: Frame | undefined;

  constructor(
    index: number,
    seconds: number,
    nanos: number,
    linkType: number,
    interfaceId: number,
    originalLength: number,
    capturedLength: number,
    chunk: Chunk,
    start: number,
  ) {
    this.index = index;
    this.seconds = seconds;
    this.nanos = nanos;
    this.linkType = linkType;
    this.interfaceId = interfaceId;
    this.originalLength = originalLength;
    this.capturedLength = capturedLength;
    this.chunk = chunk;
    this.start = start;
    this.decoded = undefined;
  }

  get data(): Buffer {
    return this.chunk.bytes.subarray(this.start, this.start + this.capturedLength);
  }

  /** Milliseconds since the epoch with fractions (exact to a microsecond in this century). */
  get epochMs(): number {
    return this.seconds * 1000 + this.nanos / 1e6;
  }

  get timestampNs(): bigint {
    return BigInt(this.seconds) * 1_000_000_000n + BigInt(this.nanos);
  }

  /** The layers, decoded once. Never throws: what cannot be read is named in `frame.malformed`. */
  get frame(): Frame {
    return (this.decoded ??= decodeFrame(
      this.data,
      this.linkType,
      Math.max(0, this.originalLength - this.capturedLength),
    ));
  }
}
