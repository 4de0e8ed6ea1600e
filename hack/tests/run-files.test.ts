import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { runFiles } from './run-files.ts';

describe('test files in several processes', function () {
  this.timeout(30_000);
  let folder = '';
  let worker = '';

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'run-files-'));
    worker = join(folder, 'worker.mjs');
    const body = `
      import { existsSync, writeFileSync } from 'node:fs';
      process.on('disconnect', () => process.exit(1));
      process.on('message', (file) => {
        if (file === 'dies') process.exit(7);
        if (file === 'hangs') return;
        if (file === 'second') writeFileSync(${JSON.stringify(join(folder, 'second'))}, '');
        const tally = { passed: 1, failed: 0, skipped: 0 };
        const end = () =>
          file === 'first' && !existsSync(${JSON.stringify(join(folder, 'second'))})
            ? setTimeout(end, 20)
            : process.send({ file, tally, tookMs: 1, durations: {}, remarks: [String(process.pid)], output: '' });
        end();
      });
      process.send('ready');`;
    writeFileSync(worker, body);
  });
  after(() => rmSync(folder, { recursive: true }));

  const run = async (files: readonly string[]) => {
    const told: string[] = [];
    const onResult = ({ file }: { readonly file: string }): void => void told.push(file);
    const results = await runFiles(files, { processes: 2, hungAfterMs: 4_000, worker, onResult });
    expect(told).to.deep.equal(results.map(({ file }) => file));
    return new Map(results.map((result) => [result.file, result]));
  };

  it('gives each file one result, by two processes at a time', async () => {
    // The first one ends only when the second one has begun.
    const results = await run(['first', 'second', 'c', 'd', 'e']);
    expect([...results.keys()].sort()).to.deep.equal(['c', 'd', 'e', 'first', 'second']);
    expect(new Set([...results.values()].flatMap(({ remarks }) => remarks)).size).to.equal(2);
  });

  it('calls a file failed whose process dies or hangs, and runs the others', async () => {
    const results = await run(['a', 'dies', 'hangs', 'b', 'c']);
    expect([...results.values()].map(({ tally }) => tally.passed).reduce((sum, one) => sum + one)).to.equal(3);
    expect(results.get('dies')?.remarks[0]).to.match(/^failed: dies: its process ended with exit code 7 after/);
    expect(results.get('hangs')?.remarks[0]).to.match(/^failed: hangs: its process ended with SIGKILL after/);
    expect(results.get('hangs')?.tally.failed).to.equal(1);
  });
});
