/** What this machine needs before a kind cluster starts and what gc takes back: sysctls raised, the leak guard loaded. */
import { loadGuard, wantsGuard } from './leak-guard.ts';
import { raiseSysctls } from './sysctls.ts';

/** Returns whether the guard stands. Without root it changes nothing: doctor says what is missing then. */
export async function readyForClusters(options: {
  /** `--guard`; undefined lets the machine decide. */
  readonly guard?: boolean | undefined;
  readonly log: (line: string) => void;
}): Promise<boolean> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  raiseSysctls(options.log);
  return (await wantsGuard(options.guard)) && loadGuard(options.log);
}
