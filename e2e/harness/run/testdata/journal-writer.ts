/** For the kill test: changes real things of this machine in a loop, each one in the journal first, until it is killed. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Journal } from '../journal.ts';

const [folder = '', tag = ''] = process.argv.slice(2);
const journal = new Journal(`writer-${tag}`, join(folder, 'journal'));
const run = (...argv: readonly string[]): string => execFileSync(argv[0] ?? '', argv.slice(1), { encoding: 'utf8' });
mkdirSync(join(folder, 'files'), { recursive: true });

for (let round = 0; ; round++) {
  const netns = `sp-${tag}-${round}`;
  journal.record({ kind: 'netns', name: netns });
  run('ip', 'netns', 'add', netns);
  const path = join(folder, 'files', `new-${round}`);
  journal.record({ kind: 'file', path, original: null });
  writeFileSync(path, 'new');
  const kept = join(folder, 'kept');
  journal.record({ kind: 'file', path: kept, original: readFileSync(kept).toString('base64'), mode: 0o600 });
  writeFileSync(kept, `round ${round}`);
  // A netns that outlives the writer: the test made it, the original value has to come back.
  const key = 'net.ipv4.ip_default_ttl';
  const shared = `sp-${tag}`;
  const value = run('ip', 'netns', 'exec', shared, 'cat', '/proc/sys/net/ipv4/ip_default_ttl').trim();
  const sysctl = journal.record({ kind: 'sysctl', place: { at: 'netns', name: shared }, key, value });
  run('ip', 'netns', 'exec', shared, 'sh', '-c', `echo ${70 + round} > /proc/sys/net/ipv4/ip_default_ttl`);
  journal.record({ kind: 'nft-table', family: 'inet', name: `sp_${round}`, netns: shared });
  run('ip', 'netns', 'exec', shared, 'nft', 'add', 'table', 'inet', `sp_${round}`);
  // Some changes are taken back in time, as specs do.
  if (round % 3 === 1) await sysctl.undo();
}
