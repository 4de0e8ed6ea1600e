/**
 * How a command inside a container can be ended. Closing an exec stream, or killing `docker exec`, leaves the command running,
 * so each one is started by a shell that first tells its pid on stderr and then becomes the command. The pid line proves too that
 * the command was started: a stream that broke before it may be tried again, one that broke after it may not.
 * Needs `sh` in the image. Nothing is written to the container's disk.
 */
const marker = 'staleproof-pid:';

export function announcePid(argv: readonly string[]): string[] {
  return ['sh', '-c', `echo "${marker}$$" >&2; exec "$@"`, 'sh', ...argv];
}

/** The process group is meant: an exec'd command leads one, so its children end too. */
export function killCommand(pid: number, signal: 'TERM' | 'KILL'): string[] {
  return ['sh', '-c', `kill -s ${signal} -- -${pid} 2>/dev/null || kill -s ${signal} ${pid} 2>/dev/null || true`];
}

/** Takes the pid line out of a stderr stream. */
export class PidFilter {
  pid: number | undefined;
  #head = Buffer.alloc(0);
  #done = false;
  readonly #announced: () => void;
  /** Settles when the pid is known. */
  readonly known: Promise<void>;

  constructor() {
    let announced: () => void = () => undefined;
    this.known = new Promise((resolve) => (announced = resolve));
    this.#announced = announced;
  }

  /** Returns what of the chunk is the command's own stderr. */
  pass(chunk: Buffer): Buffer {
    if (this.#done) return chunk;
    this.#head = Buffer.concat([this.#head, chunk]);
    const end = this.#head.indexOf(10);
    if (end < 0 && this.#head.length < 64) return Buffer.alloc(0);
    const match = new RegExp(`^${marker}(\\d+)$`).exec(this.#head.subarray(0, Math.max(end, 0)).toString('latin1'));
    this.#done = true;
    if (match === null) return this.#head;
    this.pid = Number(match[1]);
    this.#announced();
    return this.#head.subarray(end + 1);
  }

  /** What is left when the stream ends inside the first line. */
  rest(): Buffer {
    const left = this.#done ? Buffer.alloc(0) : this.#head;
    this.#done = true;
    return left;
  }
}
