/**
 * For the tests of files of truth: writes them while no file may grow beyond FSIZE bytes (RLIMIT_FSIZE), which cuts a write in
 * two and then refuses, as a disk does that is nearly full. Needs no root. Prints as JSON what was taken for written.
 */
import { execFileSync } from 'node:child_process';
import { writeContained } from '../contained-path.ts';
import { Journal } from '../journal.ts';
import { ResultWriter } from '../results.ts';

const [what = '', folder = ''] = process.argv.slice(2);
const limit = (bytes: string): void =>
  void execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:`], { stdio: 'ignore' });
const recorded: string[] = [];
const refused: string[] = [];

const journal = new Journal('full', folder);
const record = (index: number): void => {
  const path = `/nowhere/${index}-${'x'.repeat(200)}`;
  try {
    journal.record({ kind: 'file', path, original: null });
    recorded.push(path);
  } catch (error) {
    refused.push((error as Error).message);
  }
};
const results = new ResultWriter(`${folder}/results.jsonl`);
const note = (index: number): void =>
  results.write({ type: 'note', at: index, level: 'warning', summary: 'x'.repeat(200) });
const times = (from: number, to: number, act: (index: number) => void): void => {
  for (let index = from; index < to; index++) act(index);
};

if (what === 'journal' || what === 'header') {
  const count = what === 'header' ? 1 : 20;
  limit(what === 'header' ? '40' : '4000');
  times(0, count, record);
  limit('unlimited');
  times(count, count + 5, record);
} else if (what === 'report') {
  await writeContained(folder, 'junit.xml', 'the run before');
  limit('4000');
  await writeContained(folder, 'junit.xml', 'x'.repeat(8000)).catch((error: unknown) => refused.push(String(error)));
} else {
  limit('4000');
  times(0, 20, note);
  refused.push(results.unwritten ?? '');
  limit('unlimited');
  if (what === 'results-recover') times(20, 25, note);
  recorded.push(results.unwritten ?? 'all', String(results.troubles));
}
process.stdout.write(JSON.stringify({ recorded, refused }));
