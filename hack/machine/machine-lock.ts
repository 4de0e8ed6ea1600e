/** One process at a time changes this machine, or puts back what was changed. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { lockOwner, takeLock } from '../../e2e/harness/run/process-lock.ts';
import { stateRoot } from '../cache/cache-folders.ts';

const withinMs = 60_000;

/** Waits for whoever has it. Throws after a minute, with its owner's name. */
export async function withMachineLock<T>(who: string, body: () => Promise<T>): Promise<T> {
  const path = join(stateRoot(), 'locks', 'machine.json');
  const started = performance.now();
  for (;;) {
    const giveBack = takeLock(path, who);
    if (giveBack !== undefined)
      try {
        return await body();
      } finally {
        giveBack();
      }
    if (performance.now() - started > withinMs) {
      const owner = lockOwner(path);
      const by = owner === undefined ? 'somebody' : `${owner.run} (process ${owner.pid})`;
      throw new Error(`this machine is being changed by ${by} for ${withinMs / 1000} s; lock: ${path}`);
    }
    await delay(100);
  }
}
