/** Undoes what the set-up changed on this machine. Packages, caches and Docker's daemon stay: they are tools, not state. */
import { readJournals } from '../../e2e/harness/run/journal-replay.ts';
import { tryCommand } from '../process/run-command.ts';
import { removeGuard } from './leak-guard.ts';
import { withMachineLock } from './machine-lock.ts';
import { recordedChanges } from './machine-state.ts';
import { restoreSysctl } from './sysctls.ts';

export interface Restored {
  /** One line per thing undone. */
  readonly done: readonly string[];
  /** Why nothing was undone though something was to undo. */
  readonly stays: readonly string[];
}

/**
 * Does nothing while a run lives or a kind cluster exists, because both need guard and sysctls. A run that begins waits for the
 * lock, and raises again what was restored a moment before.
 */
export async function restoreMachine(): Promise<Restored> {
  if (recordedChanges().length === 0) return { done: [], stays: [] };
  return withMachineLock('gc', async () => {
    const user = readJournals().find(({ alive }) => alive)?.header;
    if (user !== undefined) return stays(`run ${user.run} (process ${user.pid}) needs it`);
    const nodes = await tryCommand(['docker', 'ps', '--all', '--quiet', '--filter', 'label=io.x-k8s.kind.cluster']);
    // Without Docker (127) there are no nodes; a daemon that does not answer may have some.
    if (nodes.exitCode !== 0 && nodes.exitCode !== 127)
      return stays(`Docker does not say whether nodes need it: ${nodes.stderr.trim()}`);
    if (nodes.stdout.trim() !== '') return stays('nodes of kind clusters need it');
    return { done: await restore(), stays: [] };
  });
}

function stays(why: string): Restored {
  return { done: [], stays: [`guard and sysctls stay: ${why}`] };
}

async function restore(): Promise<readonly string[]> {
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
