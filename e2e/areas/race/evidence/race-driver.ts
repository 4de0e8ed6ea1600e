/** Talks to the race programs inside pods: a JSON line for a command, a JSON line for its answer. */
import type { KubeApi, LineProcess, PodRef } from '../../../harness/cluster/cluster.ts';

/** Counts of failed socket calls since the program's last such line: `send ENOBUFS` → 3. */
export type SocketErrorCounts = Readonly<Record<string, number>>;

interface Line {
  readonly type: string;
  /** Why the program ends: of `broken` and `stopped`. */
  readonly error?: string;
  readonly reason?: string;
  readonly errors?: SocketErrorCounts;
  readonly seq?: number;
  readonly message?: string;
}

/** A program said that a command failed, or ended. */
export class RaceDriverError extends Error {
  override readonly name = 'RaceDriverError';
}

const answerWithinMs = 120_000;

export class RaceDriver {
  private readonly process: LineProcess;
  private readonly what: string;
  private readonly waiting = new Map<number, (line: Line) => void>();
  private seq = 0;
  /** What the program said of its own end. */
  private lastWords: string | undefined;

  private constructor(process: LineProcess, what: string, heardErrors: (errors: SocketErrorCounts) => void) {
    this.process = process;
    this.what = what;
    process.onLine((text) => {
      const line = readLine(text);
      if (line?.type === 'broken' || line?.type === 'stopped') this.lastWords = line.error ?? line.reason;
      if (line?.type === 'socket-errors') heardErrors(line.errors ?? {});
      if (line?.seq === undefined) return;
      this.waiting.get(line.seq)?.(line);
      this.waiting.delete(line.seq);
    });
  }

  /**
   * Starts `node /app/<program>.mjs` in the pod and waits until it says that it is ready. `heardErrors` is told of the socket
   * calls that failed there, whatever command they belong to.
   */
  static async start(
    api: KubeApi,
    pod: PodRef,
    argv: readonly string[],
    signal: AbortSignal,
    heardErrors: (errors: SocketErrorCounts) => void = () => undefined,
  ): Promise<RaceDriver> {
    const [program = '', ...rest] = argv;
    const process = await api.spawn(pod, ['node', `/app/${program}.mjs`, ...rest], { signal });
    const what = `${program} in ${pod.namespace}/${pod.name}`;
    const driver = new RaceDriver(process, what, heardErrors);
    await process.waitFor((text) => readLine(text)?.type === 'ready', {
      timeoutMs: 60_000,
      signal,
      what: `${what} ready`,
    });
    return driver;
  }

  /** Throws RaceDriverError when the program refuses, ends, or says nothing in time (two minutes by default). */
  async call<T>(
    command: { readonly cmd: string } & Readonly<Record<string, unknown>>,
    signal?: AbortSignal,
    withinMs = answerWithinMs,
  ): Promise<T> {
    signal?.throwIfAborted();
    const seq = ++this.seq;
    const answer = new Promise<Line>((resolve, reject) => {
      const give = (reason: string): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        this.waiting.delete(seq);
        reject(new RaceDriverError(`${this.what}: ${command.cmd}: ${reason}; stderr: ${this.process.stderrTail()}`));
      };
      const timer = setTimeout(() => give(`the program runs and gave no answer for ${withinMs / 1000} s`), withinMs);
      const onAbort = (): void => give('cancelled');
      signal?.addEventListener('abort', onAbort, { once: true });
      void this.process.exited.then(({ code }) =>
        give(`the program ended with ${code ?? 'no code'}: ${this.lastWords ?? 'it did not say why'}`),
      );
      this.waiting.set(seq, (line) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        resolve(line);
      });
    });
    this.process.write(JSON.stringify({ seq, ...command }));
    const line = await answer;
    if (line.type === 'error') throw new RaceDriverError(`${this.what}: ${command.cmd}: ${line.message ?? 'refused'}`);
    return line as unknown as T;
  }

  stop(): Promise<void> {
    return this.process.stop();
  }
}

function readLine(text: string): Line | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as Line;
  } catch {
    return undefined;
  }
}
