/** For the test of gc: a run as others see it, with names taken, a journal, and the mark of a user; it lives until stdin ends. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { journalOf } from '../../../run/journal.ts';
import { ownerFor } from '../../../run/process-lock.ts';
import { takeName } from '../name-lock.ts';

const [run = '', ...clusters] = process.argv.slice(2);
const journal = journalOf(run);
journal.open();
for (const cluster of clusters) {
  const [network = '', markFile = ''] = cluster.split('=');
  const name = network.split('_')[0] ?? '';
  if (takeName(name, run) === undefined) throw new Error(`${name} is taken`);
  // A cluster that it took over bears its mark; one that it makes is in its journal.
  if (markFile === '') journal.record({ kind: 'kind-cluster', name, network });
  else {
    const path = join(process.env.FAKE_DOCKER ?? '', markFile);
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), user: ownerFor(run) }));
  }
}
process.stdout.write('ready\n');
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
