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
export class Chunk {
  /** Undefined when they have been overwritten. */
  bytes: Buffer | undefined;
  /** They will be overwritten: what is asked for is copied. */
  readonly lent: boolean;

  constructor(bytes: Buffer, lent: boolean) {
    this.bytes = bytes;
    this.lent = lent;
  }

  end(): void {
    if (this.lent) this.bytes = undefined;
  }
}

/** For a parser: its readers are inlined where Buffer's checked ones are not. */
export function viewOf({ bytes }: Chunk): DataView {
  if (bytes === undefined) throw new Error('a chunk was parsed after it was overwritten');
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Seconds that a Date can hold, before 1970 and after. */
export const MAX_SECONDS = 8.64e12;

/**
 * A packet as captured. It is a view into a chunk of the file, which it keeps in memory; of a chunk that is overwritten by the next
 * one, `data` and `frame` are copies, and asking for them first when the batch is over throws.
 */
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
  declare private chunk: Chunk;
  declare private start: number;
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
    const bytes = this.held();
    const { start, capturedLength } = this;
    return start === 0 && bytes.length === capturedLength ? bytes : bytes.subarray(start, start + capturedLength);
  }

  /** Its data stays, whatever becomes of the batch. */
  keep(): void {
    this.held();
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

  private held(): Buffer {
    const { bytes, lent } = this.chunk;
    if (bytes === undefined)
      throw new Error(`packet ${this.index}: its data was asked for first when its batch was over`);
    if (!lent) return bytes;
    const own = Buffer.from(bytes.subarray(this.start, this.start + this.capturedLength));
    this.chunk = new Chunk(own, false);
    this.start = 0;
    return own;
  }
}
