/** The one way to wait in this room: poll until there is a value, with a deadline, a signal and the last state in the error. */
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

/**
 * Calls `probe` until it returns something other than undefined. A throwing probe ends the wait.
 * Throws WaitTimeoutError at the deadline and the signal's reason when it aborts.
 */
export async function pollUntil<T>(
  probe: (signal: AbortSignal) => Promise<T | undefined>,
  options: PollOptions,
): Promise<T> {
  const started = performance.now();
  const deadline = AbortSignal.timeout(Math.max(1, Math.round(options.timeoutMs)));
  const signal = options.signal === undefined ? deadline : AbortSignal.any([deadline, options.signal]);
  let tries = 0;
  const giveUp = (): never => {
    options.signal?.throwIfAborted();
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const state = options.lastState === undefined ? '' : `; last seen: ${options.lastState()}`;
    throw new WaitTimeoutError(`${options.what}: not so after ${seconds} s (${tries} tries)${state}`);
  };
  while (!signal.aborted) {
    tries++;
    try {
      const value = await probe(signal);
      if (value !== undefined) return value;
      await delay(options.intervalMs ?? 200, undefined, { signal });
    } catch (error) {
      // Both fail with an AbortError of their own when the time is up; that hides what was waited for.
      if (isAborted(signal)) return giveUp();
      throw error;
    }
  }
  return giveUp();
}

function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** A signal that aborts after `timeoutMs` or with `signal`, whichever is first. */
export function withTimeout(timeoutMs: number, signal?: AbortSignal): AbortSignal {
  const deadline = AbortSignal.timeout(Math.max(1, Math.round(timeoutMs)));
  return signal === undefined ? deadline : AbortSignal.any([deadline, signal]);
}
