/** The parent's side of test-worker.ts: one process at a time, replaced when it hangs or dies. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { WorkerAnswer, WorkerRequest } from './test-worker.ts';
import { withTimeout } from '../harness/cluster/wait.ts';

/** `hung`: no answer in time, `died`: the process ended. Both mean that the tests saw the mutant. */
type Ended = 'hung' | 'died';

export class WorkerProcess {
  readonly #folder: string;
  readonly #tests: readonly string[];
  #child: ChildProcess | undefined;

  /** @param tests paths relative to `folder` */
  constructor(folder: string, tests: readonly string[]) {
    this.#folder = folder;
    this.#tests = tests;
  }

  /**
   * @param mutant alive from the first line on, for what happens while files are loaded
   * @param tests fewer of them
   */
  async start(mutant?: string, tests = this.#tests): Promise<'ready' | Ended> {
    this.stop();
    const child = fork(join(this.#folder, 'e2e/mutation/test-worker.ts'), [...tests], {
      cwd: this.#folder,
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      env: { ...process.env, ...(mutant === undefined ? {} : { __STRYKER_ACTIVE_MUTANT__: mutant }) },
    });
    this.#child = child;
    const ended = await this.#next<'ready'>(60_000);
    if (ended !== 'ready') this.stop();
    return ended;
  }

  /** After `hung` or `died` the process is gone; the next `ask` starts another. */
  async ask(request: WorkerRequest, timeoutMs: number): Promise<WorkerAnswer | Ended> {
    if (this.#child === undefined && (await this.start()) !== 'ready')
      throw new Error('the tests do not load although no mutant is alive; run them by hand in the copy');
    this.#child?.send(request);
    const answer = await this.#next<WorkerAnswer>(timeoutMs);
    if (answer === 'hung' || answer === 'died') this.stop();
    return answer;
  }

  stop(): void {
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
  }

  async #next<T>(timeoutMs: number): Promise<T | Ended> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null) return 'died';
    const over = new AbortController();
    const hung = withTimeout(timeoutMs, over.signal);
    const waits: Promise<T | Ended>[] = [
      once(child, 'message', { signal: over.signal }).then(([message]) => message as T),
      once(child, 'exit', { signal: over.signal }).then(() => 'died' as const),
      once(hung, 'abort').then(() => 'hung' as const),
    ];
    const first = await Promise.race(waits);
    for (const wait of waits) wait.catch(() => undefined);
    over.abort();
    return first;
  }
}
