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

/** A packet as captured. It is a view into a chunk of the file: call `copy()` on `data` before keeping many of them. */
export class Packet {
  /** 0-based position in the file. */
  readonly index: number;
  /** Seconds since the epoch, whole. */
  readonly seconds: number;
  /** Nanoseconds within the second. */
  readonly nanos: number;
  /** LINKTYPE number of the interface: 1 Ethernet, 113 SLL, 276 SLL2, 101 raw IP. */
  readonly linkType: number;
  /** Interface within the section; 0 in classic pcap. */
  readonly interfaceId: number;
  /** Bytes on the wire; `capturedLength` is at most this unless offloads merged packets. */
  readonly originalLength: number;
  readonly capturedLength: number;
  readonly #chunk: Buffer;
  readonly #start: number;
  #frame: Frame | undefined;

  constructor(
    index: number,
    seconds: number,
    nanos: number,
    linkType: number,
    interfaceId: number,
    originalLength: number,
    chunk: Buffer,
    start: number,
    capturedLength: number,
  ) {
    this.index = index;
    this.seconds = seconds;
    this.nanos = nanos;
    this.linkType = linkType;
    this.interfaceId = interfaceId;
    this.originalLength = originalLength;
    this.capturedLength = capturedLength;
    this.#chunk = chunk;
    this.#start = start;
  }

  get data(): Buffer {
    return this.#chunk.subarray(this.#start, this.#start + this.capturedLength);
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
    return (this.#frame ??= decodeFrame(this.data, this.linkType));
  }
}
