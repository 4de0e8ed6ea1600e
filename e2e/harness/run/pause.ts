/** `--pause-on-fail`: what a spec found stays as it is until a person has looked at it. */
import { createInterface } from 'node:readline';
import type { AttemptState } from './attempt-state.ts';
import type { Console } from './console.ts';

/** Resolves on Enter, at the end of stdin (nobody can press it), or when the run is interrupted. */
export async function pauseUntilEnter(
  console: Console,
  state: AttemptState,
  why: string,
  signal: AbortSignal,
): Promise<void> {
  console.line(`paused: ${state.info.id}: ${why}`);
  console.line('        nothing of it has been cleaned up; press Enter to go on');
  const lines = createInterface({ input: process.stdin });
  await new Promise<void>((resolve) => {
    lines.once('line', () => resolve());
    lines.once('close', () => resolve());
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  lines.close();
  // A file has no unref, and keeps nothing alive.
  (process.stdin as Partial<Pick<typeof process.stdin, 'unref'>>).unref?.();
}
