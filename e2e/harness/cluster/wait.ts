/** The one way to poll: until there is a value, with a deadline, a signal and the last state in the error. */
import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { WaitTimeoutError } from './kube/api-error.ts';

export interface PollOptions {
  readonly what: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly intervalMs?: number;
  /** Describes what is there instead, for the error. */
  readonly lastState?: () => string;
}

type Probe<T> = (signal: AbortSignal) => Promise<T | undefined>;

/**
 * Calls `probe` until it returns something other than undefined. A throwing probe ends the wait.
 * Throws WaitTimeoutError at the deadline and the signal's reason when it aborts.
 */
export async function pollUntil<T>(probe: Probe<T>, options: PollOptions): Promise<T> {
  const started = performance.now();
  const { value, tries } = await poll(probe, options);
  if (value !== undefined) return value;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const state = options.lastState === undefined ? '' : `; last seen: ${options.lastState()}`;
  throw new WaitTimeoutError(`${options.what}: not so after ${seconds} s (${tries} tries)${state}`);
}

/** The same, but undefined at the deadline: for what may rightly never come. */
export async function pollWithin<T>(
  probe: Probe<T>,
  options: Pick<PollOptions, 'timeoutMs' | 'signal' | 'intervalMs'>,
): Promise<T | undefined> {
  return (await poll(probe, options)).value;
}

async function poll<T>(
  probe: Probe<T>,
  options: Pick<PollOptions, 'timeoutMs' | 'signal' | 'intervalMs'>,
): Promise<{ readonly value: T | undefined; readonly tries: number }> {
  const signal = withTimeout(options.timeoutMs, options.signal);
  let tries = 0;
  while (!signal.aborted) {
    tries++;
    try {
      const value = await probe(signal);
      if (value !== undefined) return { value, tries };
      await delay(options.intervalMs ?? 200, undefined, { signal });
    } catch (error) {
      // Both fail with an AbortError of their own when the time is up; that hides what was waited for.
      if (!isAborted(signal)) throw error;
    }
  }
  options.signal?.throwIfAborted();
  return { value: undefined, tries };
}

function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

/**
 * A signal that aborts after `timeoutMs` or with `signal`, whichever is first. A timer of our own holds it: a timeout that only
 * AbortSignal.any() knows is collected as garbage on Node 20 and 22, and what waits for it waits for ever.
 * https://github.com/nodejs/node/issues/57736
 */
export function withTimeout(timeoutMs: number, signal?: AbortSignal): AbortSignal {
  const control = new AbortController();
  if (signal?.aborted === true) {
    control.abort(signal.reason);
    return control.signal;
  }
  const follow = (): void => {
    clearTimeout(timer);
    control.abort(signal?.reason);
  };
  const timer = setTimeout(
    () => {
      signal?.removeEventListener('abort', follow);
      control.abort(new DOMException(`no end within ${timeoutMs} ms`, 'TimeoutError'));
    },
    Math.max(1, Math.round(timeoutMs)),
  );
  timer.unref();
  // Many waits share a spec's signal; each takes its listener back at its own deadline.
  if (signal !== undefined) setMaxListeners(0, signal);
  signal?.addEventListener('abort', follow, { once: true });
  return control.signal;
}
