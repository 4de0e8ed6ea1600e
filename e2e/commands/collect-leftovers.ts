/** The work of `npm run gc`: journals of dead runs, then what no journal speaks of, then this machine. */
import { restoreMachine } from '../../hack/machine/restore-machine.ts';
import { findLeftovers } from '../harness/cluster/kind/leftovers.ts';
import { EXIT } from '../harness/run/exit-codes.ts';
import { newestFirst, readJournals, replay } from '../harness/run/journal-replay.ts';

type Say = (line: string) => void;

interface Count {
  done: number;
  failed: number;
}

/** Exit code 0: nothing of a dead run is left; 2: something is, or may be, and `say` told what and why. */
export async function collectLeftovers(dryRun: boolean, say: Say): Promise<number> {
  const count: Count = { done: 0, failed: 0 };
  await replayJournals(dryRun, count, say);
  const { left, unknown } = await findLeftovers();
  for (const { what, remove } of left)
    try {
      if (!dryRun) await remove();
      say(`${dryRun ? 'would remove' : 'removed'} ${what}`);
      count.done++;
    } catch (error) {
      say(`FAILED to remove ${what}: ${error instanceof Error ? error.message : String(error)}`);
      count.failed++;
    }
  for (const line of unknown) say(`UNKNOWN: ${line}`);
  count.failed += unknown.length;
  if (!dryRun) {
    const { done, stays } = await restoreMachine();
    for (const line of [...done, ...stays]) say(`this machine: ${line}`);
    count.done += done.length;
  }
  if (count.done + count.failed === 0) say('nothing is left behind');
  return count.failed === 0 ? EXIT.asExpected : EXIT.infrastructure;
}

async function replayJournals(dryRun: boolean, count: Count, say: Say): Promise<void> {
  for (const journal of newestFirst(readJournals())) {
    const run = journal.header === undefined ? journal.path : `run ${journal.header.run}`;
    if (journal.alive) {
      say(`${run}: alive (process ${journal.header?.pid ?? '?'}), left alone`);
      continue;
    }
    const { done, closed, failed } = await replay(journal, { dryRun });
    for (const line of done) say(`${run}: ${dryRun ? 'would take back' : 'took back'} ${line}`);
    for (const line of closed) say(`${run}: nothing to take back: ${line}`);
    for (const line of failed) say(`${run}: NOT taken back: ${line}; journal: ${journal.path}`);
    count.done += done.length + closed.length;
    count.failed += failed.length;
  }
}
