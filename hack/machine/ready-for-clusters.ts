/** What this machine needs before a kind cluster starts and what gc takes back: sysctls raised, the leak guard loaded. */
import { loadGuard, wantsGuard } from './leak-guard.ts';
import { withMachineLock } from './machine-lock.ts';
import { raiseSysctls } from './sysctls.ts';

/**
 * Returns whether the guard stands. Without root it changes nothing: doctor says what is missing then. A run opens its journal
 * before, so that a gc beside it sees that it lives.
 */
export async function readyForClusters(options: {
  /** `--guard`; undefined lets the machine decide. */
  readonly guard?: boolean | undefined;
  readonly log: (line: string) => void;
}): Promise<boolean> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const wanted = await wantsGuard(options.guard);
  return withMachineLock('set-up', async () => {
    raiseSysctls(options.log);
    return wanted && loadGuard(options.log);
  });
}
