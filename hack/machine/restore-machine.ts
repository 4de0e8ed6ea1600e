/** Undoes what the set-up changed on this machine. Packages, caches and Docker's daemon stay: they are tools, not state. */
import { tryCommand } from '../process/run-command.ts';
import { removeGuard } from './leak-guard.ts';
import { recordedChanges } from './machine-state.ts';
import { restoreSysctl } from './sysctls.ts';

/** Returns one line per thing undone; does nothing while a kind cluster exists, because it needs both guard and sysctls. */
export async function restoreMachine(): Promise<readonly string[]> {
  const nodes = await tryCommand(['docker', 'ps', '--all', '--quiet', '--filter', 'label=io.x-k8s.kind.cluster']);
  if (nodes.stdout.trim() !== '') return [];
  const done: string[] = [];
  for (const change of recordedChanges()) {
    if (change.kind === 'nft-table') {
      if (await removeGuard()) done.push(`nft table inet ${change.table} removed`);
    } else if (restoreSysctl(change)) {
      done.push(`${change.key}: ${change.set} → ${change.original}`);
    } else {
      done.push(`${change.key}: left alone, it is no longer the ${change.set} that was set`);
    }
  }
  return done;
}
