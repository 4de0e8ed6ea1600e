/** The LineProcess of every transport: exec stream, followed log, local child. The transport feeds it bytes and says when it is over. */
import { StringDecoder } from 'node:string_decoder';
import type { LineProcess } from './cluster.ts';
import { WaitTimeoutError } from './kube/api-error.ts';

export interface ProcessEnd {
  readonly code: number | undefined;
  readonly reason: string;
}

export interface Transport {
  /** For messages: `node /app/udp-client.mjs in udp-1/client`. */
  readonly name: string;
  write(text: string): void;
  /** Ends the process where it runs; called once. The end itself is reported through `ended`. */
  terminate(): Promise<void>;
}

type Listener = (line: string, receivedAtMs: number) => void;

/** Lines kept for replay; the oldest go first, so that an endless log cannot eat the harness. */
const keptLines = 500_000;
const keptCharacters = 128 * 1024 * 1024;
/** A program that never ends its line must not fill the memory either. */
export const longestLine = 4 * 1024 * 1024;
const shownOfLong = 200;
const keptStderr = 16_384;

export class LineStream implements LineProcess {
  readonly exited: Promise<ProcessEnd>;
  readonly #transport: Transport;
  readonly #lines: (readonly [string, number])[] = [];
  readonly #listeners = new Set<Listener>();
  readonly #decoder = new StringDecoder('utf8');
  readonly #errDecoder = new StringDecoder('utf8');
  /** Characters of `#lines`. */
  #kept = 0;
  #rest = '';
  /** Inside of a line that is too long: what comes until its end is left out. */
  #isTooLong = false;
  #stderr = '';
  #end: ProcessEnd | undefined;
  #settle: (end: ProcessEnd) => void = () => undefined;
  #stopping: Promise<void> | undefined;

  constructor(transport: Transport) {
    this.#transport = transport;
    this.exited = new Promise((resolve) => (this.#settle = resolve));
  }

  /**
   * Bytes of stdout as they arrive; a chunk may end inside a line or a character. A line of more than `longestLine` characters
   * becomes one line that says so: who needs each line finds there that one is missing.
   */
  feed(chunk: Buffer): void {
    const text = this.#decoder.write(chunk);
    const end = text.lastIndexOf('\n');
    if (end !== -1) {
      const now = wallClock();
      for (const line of (this.#rest + text.slice(0, end)).split('\n')) this.#finish(line, now);
      this.#rest = '';
    }
    // Not split again with each chunk: a line that comes in a million pieces is put together once.
    if (!this.#isTooLong) this.#rest += text.slice(end + 1);
    if (this.#rest.length <= longestLine) return;
    this.#isTooLong = true;
    // Flat, or the rope would keep all of its pieces.
    this.#rest = Buffer.from(this.#rest.slice(0, shownOfLong)).toString('utf8');
  }

  #finish(line: string, now: number): void {
    const isTooLong = this.#isTooLong || line.length > longestLine;
    this.#isTooLong = false;
    if (isTooLong) this.#emit(`[a line of more than ${longestLine} characters: ${line.slice(0, shownOfLong)}…]`, now);
    else this.#emit(line.replace(/\r$/, ''), now);
  }

  feedStderr(chunk: Buffer): void {
    this.#stderr = (this.#stderr + this.#errDecoder.write(chunk)).slice(-keptStderr);
  }

  /** The process is over; an unfinished last line counts as a line. Later calls change nothing. */
  ended(end: ProcessEnd): void {
    if (this.#end !== undefined) return;
    if (this.#rest !== '') this.#finish(this.#rest, wallClock());
    this.#rest = '';
    this.#end = end;
    this.#settle(end);
  }

  onLine(listener: Listener): () => void {
    for (const [line, at] of this.#lines) listener(line, at);
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  waitFor(
    match: (line: string) => boolean,
    options: { readonly timeoutMs: number; readonly signal?: AbortSignal; readonly what: string },
  ): Promise<string> {
    return new Promise((resolve, reject) => {
      if (options.signal?.aborted === true) return reject(reasonOf(options.signal));
      let settled = false as boolean;
      const finish = (settle: () => void): void => {
        settled = true;
        clearTimeout(timer);
        this.#listeners.delete(check);
        options.signal?.removeEventListener('abort', onAbort);
        settle();
      };
      const fail = (why: string): void =>
        finish(() => reject(new WaitTimeoutError(`${options.what}: ${this.#transport.name} ${why}; ${this.#tail()}`)));
      const check = (line: string): void => {
        if (!settled && match(line)) finish(() => resolve(line));
      };
      const onAbort = (): void => finish(() => reject(reasonOf(options.signal)));
      const timer = setTimeout(() => fail(`did not say so within ${options.timeoutMs} ms`), options.timeoutMs);
      options.signal?.addEventListener('abort', onAbort, { once: true });
      void this.exited.then((end) => {
        if (!settled) fail(`ended first (${end.reason})`);
      });
      this.onLine(check);
      if (settled) this.#listeners.delete(check);
    });
  }

  write(line: string): void {
    if (this.#end !== undefined)
      throw new Error(`${this.#transport.name} has ended (${this.#end.reason}); cannot write to it`);
    this.#transport.write(line.endsWith('\n') ? line : `${line}\n`);
  }

  stderrTail(): string {
    return this.#stderr;
  }

  stop(): Promise<void> {
    this.#stopping ??=
      this.#end === undefined
        ? this.#transport
            .terminate()
            .then(() => this.exited)
            .then(() => undefined)
        : Promise.resolve();
    return this.#stopping;
  }

  #emit(line: string, at: number): void {
    this.#lines.push([line, at]);
    this.#kept += line.length;
    if (this.#lines.length > keptLines || this.#kept > keptCharacters)
      for (const [old] of this.#lines.splice(0, Math.ceil(this.#lines.length / 10))) this.#kept -= old.length;
    for (const listener of [...this.#listeners]) listener(line, at);
  }

  #tail(): string {
    const lines = this.#lines.slice(-3).map(([line]) => line.slice(0, 200));
    const stderr = this.#stderr.trim().split('\n').slice(-3).join(' | ');
    return `last lines: ${lines.length === 0 ? 'none' : lines.join(' | ')}${stderr === '' ? '' : `; stderr: ${stderr}`}`;
  }
}

function reasonOf(signal: AbortSignal | undefined): Error {
  return signal?.reason instanceof Error ? signal.reason : new Error(`aborted: ${String(signal?.reason)}`);
}

/** Milliseconds since the epoch with fractions. */
function wallClock(): number {
  return performance.timeOrigin + performance.now();
}
