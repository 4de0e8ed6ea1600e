/** Where the bytes of a capture come from, as windows that start at a record. */
import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';

export type ByteSource = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

export interface Input {
  /** The window's bytes are overwritten by the next one. */
  readonly lent: boolean;
  /**
   * The bytes after the first `consumed` of the window before: `needed` of them at least. Undefined where the input ends before;
   * `rest` bytes are then left.
   */
  next(consumed: number, needed: number): Promise<Buffer | undefined>;
  readonly rest: number;
  close(): Promise<void>;
}

/** Bytes looked at in one go, so that a batch of packets stays small. */
const WINDOW = 1024 * 1024;
/** Fits a core's cache beside the packets: what was read is parsed before it falls out. */
const FILE_WINDOW = 256 * 1024;
/** Windows of a file after which timers and signals are served. */
const WINDOWS_IN_A_TURN = 64;

/** Chunks of a stream, or of memory. They are not copied but where a record goes over the end of one. */
export class ChunkInput implements Input {
  readonly lent = false;
  readonly #chunks: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;
  #bytes: Buffer = Buffer.alloc(0);
  #start = 0;

  constructor(source: ByteSource) {
    this.#chunks = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  }

  get rest(): number {
    return this.#bytes.length - this.#start;
  }

  async next(consumed: number, needed: number): Promise<Buffer | undefined> {
    this.#start += consumed;
    if (this.rest < needed) {
      // Joined only when enough have come: a large record in small chunks stays linear.
      const held = [this.#bytes.subarray(this.#start)];
      let size = this.rest;
      while (size < needed) {
        const result: IteratorResult<Uint8Array, unknown> = await this.#chunks.next();
        if (result.done === true) break;
        const { value } = result;
        held.push(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
        size += value.byteLength;
      }
      this.#bytes = held.length === 2 && held[0]?.length === 0 ? (held[1] as Buffer) : Buffer.concat(held, size);
      this.#start = 0;
      if (size < needed) return undefined;
    }
    return this.#bytes.subarray(this.#start, this.#start + Math.max(WINDOW, needed));
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}

/** A file, read into one buffer: fresh memory for every window would cost as much as parsing it. */
class FileInput implements Input {
  readonly lent = true;
  readonly #path: string;
  #fd: number | undefined;
  #bytes = Buffer.allocUnsafeSlow(FILE_WINDOW);
  #start = 0;
  #end = 0;
  #windows = 0;

  constructor(path: string) {
    this.#path = path;
  }

  get rest(): number {
    return this.#end - this.#start;
  }

  async next(consumed: number, needed: number): Promise<Buffer | undefined> {
    this.#fd ??= openSync(this.#path, 'r');
    if (++this.#windows % WINDOWS_IN_A_TURN === 0) await setImmediate();
    this.#start += consumed;
    const old = this.#bytes;
    if (needed > old.length) this.#bytes = Buffer.allocUnsafeSlow(needed);
    old.copy(this.#bytes, 0, this.#start, this.#end);
    this.#end -= this.#start;
    this.#start = 0;
    do {
      const read = readSync(this.#fd, this.#bytes, this.#end, this.#bytes.length - this.#end, null);
      if (read === 0) return undefined;
      this.#end += read;
    } while (this.#end < needed);
    return this.#bytes.subarray(0, this.#end);
  }

  close(): Promise<void> {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
    return Promise.resolve();
  }
}

/** Reads of a regular file are a copy from the page cache; a pipe may keep one waiting. Errors: those of the file system, by `next`. */
export function fileInput(path: string): Input {
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  return isFile ? new FileInput(path) : new ChunkInput(createReadStream(path));
}
