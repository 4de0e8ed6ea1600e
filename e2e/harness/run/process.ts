/** Signals, stray errors and the end of the process. One guard a process; install it before anything else happens. */
import { setMaxListeners } from 'node:events';
import { here } from './attempt-state.ts';
import { ENDING_SIGNALS, EXIT, exitCodeOfSignal } from './exit-codes.ts';

export class InterruptError extends Error {
  override readonly name = 'InterruptError';
}

export interface ProcessGuardInput {
  /** Redacted line to stderr. */
  readonly say: (line: string) => void;
  /** SIGUSR2. */
  readonly onProgressRequest: () => void;
  /** An error outside of every spec, or of a spec that is over. */
  readonly onStray: (summary: string) => void;
  /** How long clean-up after an interruption may take before the process ends anyway. */
  readonly budgetMs: () => number;
}

/** An error that comes back in a loop must not fill the disk with what is said of it. */
const MOST_STRAYS = 100;

export class ProcessGuard {
  readonly #controller = new AbortController();
  readonly #input: ProcessGuardInput;
  #firstAt = 0;
  #strays = 0;
  #exitCode: number | undefined;

  constructor(input: ProcessGuardInput) {
    this.#input = input;
    // Every spec that runs listens, and many wait at the same time.
    setMaxListeners(0, this.#controller.signal);
    for (const signal of ENDING_SIGNALS) process.on(signal, this.#onSignal);
    process.on('SIGUSR2', () => input.onProgressRequest());
    process.on('uncaughtException', this.#onStray);
    process.on('unhandledRejection', this.#onStray);
  }

  /** Aborts at the first signal, at the run's own deadline, and when nobody reads its output any more. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** 128 + n after signal n, 141 when the reader of the output left. */
  get interruptedExitCode(): number | undefined {
    return this.#exitCode;
  }

  cancel(reason: string, exitCode?: number): void {
    if (this.#controller.signal.aborted) return;
    this.#exitCode = exitCode;
    this.#controller.abort(new InterruptError(reason));
    const ms = this.#input.budgetMs();
    setTimeout(() => {
      this.#input.say(`clean-up did not end within ${Math.round(ms / 1000)} s; what is left is removed by: npm run gc`);
      process.exit(exitCode ?? EXIT.infrastructure);
    }, ms).unref();
  }

  readonly #onSignal = (signal: NodeJS.Signals): void => {
    const exitCode = exitCodeOfSignal(signal);
    if (this.#firstAt === 0) {
      this.#firstAt = performance.now();
      this.#input.say(`${signal}: cancelling what runs and cleaning up; once more to leave at once`);
      this.cancel(signal, exitCode);
      // The run may be cancelled already, by its deadline: the signal's exit code still counts.
      this.#exitCode ??= exitCode;
      return;
    }
    // npm and npx deliver one Ctrl-C twice; a terminal that went away may say so several times, and nobody is there to mean it.
    if (performance.now() - this.#firstAt < 1000 || signal === 'SIGHUP') return;
    this.#input.say(`${signal} again: leaving without clean-up; what is left is removed by: npm run gc`);
    process.exit(exitCode);
  };

  readonly #onStray = (error: unknown): void => {
    const state = here.getStore()?.state;
    if (state !== undefined && state.phase !== 'over') {
      state.blame(error);
      return;
    }
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    if (state !== undefined && this.#isEcho(error, state.controller.signal)) return;
    this.#strays += 1;
    if (this.#strays === MOST_STRAYS + 1)
      this.#input.onStray(`more than ${MOST_STRAYS} stray errors; those after them are not told`);
    if (this.#strays > MOST_STRAYS) return;
    this.#input.onStray(state === undefined ? `stray error: ${text}` : `late error of ${state.info.id}: ${text}`);
  };

  #isEcho(error: unknown, signal: AbortSignal): boolean {
    return error === signal.reason || (error instanceof Error && error.name === 'AbortError');
  }
}

/** When the loop is still alive `ms` after the end, says what keeps it so, and ends the process. */
export function armHangWatchdog(ms: number, say: (line: string) => void): void {
  setTimeout(() => {
    say(`the process did not end within ${Math.round(ms / 1000)} s after its last spec; still open:`);
    for (const line of openHandles()) say(`  ${line}`);
    process.exit(process.exitCode ?? 0);
  }, ms).unref();
}

export function openHandles(): readonly string[] {
  const internals = process as unknown as { _getActiveHandles?: () => object[]; _getActiveRequests?: () => object[] };
  const handles = [...(internals._getActiveHandles?.() ?? []), ...(internals._getActiveRequests?.() ?? [])];
  const lines = handles.filter((handle) => !isStandardStream(handle)).map(describeHandle);
  const timers = process.getActiveResourcesInfo().filter((name) => name === 'Timeout' || name === 'Immediate');
  if (timers.length > 0) lines.push(`${timers.length} × ${[...new Set(timers)].join(', ')}`);
  return lines.length > 0 ? lines : ['nothing that Node can name'];
}

function isStandardStream(handle: object): boolean {
  return 'fd' in handle && [0, 1, 2].includes(handle.fd as number);
}

function describeHandle(handle: object): string {
  const seen = handle as {
    pid?: number;
    spawnargs?: string[];
    remoteAddress?: string;
    remotePort?: number;
    address?: () => unknown;
    listening?: boolean;
  };
  const name = handle.constructor.name;
  if (seen.spawnargs !== undefined) return `${name} ${seen.pid ?? 'ended'}: ${seen.spawnargs.join(' ')}`;
  if (seen.remoteAddress !== undefined) return `${name} to ${seen.remoteAddress}:${seen.remotePort ?? 0}`;
  if (seen.listening === true) return `${name} listening on ${JSON.stringify(seen.address?.())}`;
  return name;
}
