/** `npm run gc`: takes back what dead runs left. Living runs and kept clusters are not touched. */
import { parseArgs } from 'node:util';
import { restoreMachine } from '../../hack/machine/restore-machine.ts';
import { findLeftovers } from '../harness/cluster/kind/leftovers.ts';
import { readJournals, replay } from '../harness/run/journal-replay.ts';
import { isParseArgsError } from './run-command-line.ts';

const usage = 'usage: npm run gc [-- --dry-run]';

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function collect(dryRun: boolean): Promise<number> {
  const verb = dryRun ? 'would take back' : 'took back';
  let failures = 0;
  let steps = 0;
  for (const journal of readJournals()) {
    const run = journal.header === undefined ? journal.path : `run ${journal.header.run}`;
    if (journal.alive) {
      say(`${run}: alive (process ${journal.header?.pid ?? '?'}), left alone`);
      continue;
    }
    const { done, failed } = await replay(journal, { dryRun });
    for (const line of done) say(`${run}: ${verb} ${line}`);
    for (const line of failed) say(`${run}: FAILED ${line}; journal: ${journal.path}`);
    steps += done.length;
    failures += failed.length;
  }
  for (const { what, remove } of await findLeftovers()) {
    try {
      if (!dryRun) await remove();
      say(`${dryRun ? 'would remove' : 'removed'} ${what}`);
      steps++;
    } catch (error) {
      say(`FAILED to remove ${what}: ${error instanceof Error ? error.message : String(error)}`);
      failures++;
    }
  }
  if (!dryRun && !readJournals().some((journal) => journal.alive)) {
    for (const line of await restoreMachine()) {
      say(`this machine: ${line}`);
      steps++;
    }
  }
  if (steps + failures === 0) say('nothing is left behind');
  return failures === 0 ? 0 : 2;
}

try {
  const { values } = parseArgs({ options: { 'dry-run': { type: 'boolean', default: false } } });
  process.exitCode = await collect(values['dry-run']);
} catch (error) {
  const isUsage = isParseArgsError(error);
  process.stderr.write(`staleproof: ${(error as Error).message}\n${isUsage ? `${usage}\n` : ''}`);
  process.exitCode = isUsage ? 64 : 2;
}
