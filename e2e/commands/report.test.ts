import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { execa } from 'execa';
import { describe, it } from 'mocha';
import type { Verdict } from '../harness/run/result-schema.ts';
import { attemptLine, specInfo, wholeRun } from '../report/result-fixture.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const report = (...args: readonly string[]) =>
  execa(process.execPath, ['--import', 'tsx', 'e2e/commands/report.ts', ...args], { cwd: root, reject: false });

async function runsWith(...verdicts: readonly Verdict[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'report-command-'));
  for (const [index, verdict] of verdicts.entries()) {
    const lines = wholeRun([attemptLine(verdict, { spec: specInfo(`udp/s${index}`), evidence: [] })], {
      run: `r${index}`,
    });
    await mkdir(join(folder, `r${index}`));
    await writeFile(
      join(folder, `r${index}`, 'results.jsonl'),
      lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
    );
  }
  return folder;
}

describe('npm run report', function () {
  this.timeout(120_000);

  it('merges with the exit code of the worst: 0 as expected, 1 failed, 2 not judged', async () => {
    const codes = [];
    for (const verdicts of [
      ['pass', 'skip'],
      ['pass', 'inconclusive'],
      ['inconclusive', 'fail'],
    ] as const) {
      const folder = await runsWith(...verdicts);
      const result = await report('merge', folder, '--out', join(folder, 'merged'), '--formats', 'junit');
      codes.push(result.exitCode);
      expect(result.stdout).to.match(/\d passed, \d failed, \d skipped$/);
    }
    expect(codes).to.deep.equal([0, 2, 1]);
  });

  it('is red without a shard, and says what it merged', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'report-command-'));
    for (const index of [1, 3]) {
      const lines = wholeRun([attemptLine('pass', { spec: specInfo(`udp/s${index}`) })], {
        ...{ run: `r${index}`, shard: `${index}/3` },
      });
      await mkdir(join(folder, `r${index}`));
      const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
      await writeFile(join(folder, `r${index}`, 'results.jsonl'), text);
    }
    const result = await report('merge', folder, '--out', join(folder, 'merged'), '--formats', 'junit');
    expect(result.exitCode).to.equal(2);
    expect(result.stdout).to.contain('part r1: shard 1/3, 1 specs, seed 4711, exit 0');
    expect(result.stdout).to.contain('merge: shard 2/3 is missing: found are 1/3 (run r1), 3/3 (run r3)');
    expect(result.stdout).to.match(/\n2 passed, 1 failed, 0 skipped$/);
  });

  it('writes the trend page, conformance reports and repeats where it is told to', async () => {
    const folder = await runsWith('pass', 'fail');
    expect((await report('trend', folder, '--out', join(folder, 'trend'))).exitCode).to.equal(0);
    expect(await readFile(join(folder, 'trend', 'index.html'), 'utf8')).to.contain('udp/s1');
    expect((await report('conformance', folder, '--out', join(folder, 'conformance'))).exitCode).to.equal(0);
    expect((await report('repeats', folder, '--out', join(folder, 'repeats'))).exitCode).to.equal(0);
    expect(await readdir(join(folder, 'repeats'))).to.deep.equal(['kube-proxy-nftables-ipv4.md']);
    expect(await readdir(join(folder, 'conformance'))).to.deep.equal(['README.md', 'kube-proxy-nftables-ipv4.yaml']);
  });

  it('answers a mistake with one line and 64, and a folder without runs with 2', async () => {
    for (const [args, text] of [
      [['merg', 'x'], 'unknown command "merg"; allowed: merge'],
      [['merge'], 'merge needs at least one folder'],
      [['merge', '.', '--formats', 'junit,pdf'], 'unknown format "pdf"; allowed: junit'],
      [['trend', '--last', '0'], '--last 0: expected a number'],
      [['merge', '--nothing'], "Unknown option '--nothing'"],
    ] as const) {
      const result = await report(...args);
      expect(result.exitCode, args.join(' ')).to.equal(64);
      expect(result.stderr).to.contain(text);
      expect(result.stderr.trim().split('\n')).to.have.length(1);
    }
    const empty = await mkdtemp(join(tmpdir(), 'report-command-'));
    const result = await report('merge', empty, '--out', join(empty, 'merged'));
    expect(result.exitCode).to.equal(2);
    expect(result.stderr).to.contain('no run (a folder with results.jsonl) was found');
  });

  it('tells two runs apart, or two subjects of one, with the exit code of diff', async () => {
    const [held, broke] = [await runsWith('pass'), await runsWith('fail')];
    const result = await report('diff', held, broke);
    expect(result.exitCode).to.equal(1);
    expect(result.stdout).to.match(/^held before, does not hold after \(1\):\n {2}udp\/s0 /);
    expect((await report('diff', held, held)).stdout).to.equal('1 same');
    for (const args of [[held], [held, broke, held], [held, '--subjects', 'one']])
      expect((await report('diff', ...args)).exitCode, args.join(' ')).to.equal(64);
    const unknown = await report('diff', held, '--subjects', 'one,two');
    expect([unknown.exitCode, unknown.stderr]).to.deep.equal([
      2,
      'report: r0 judged no one; it judged kube-proxy-nftables',
    ]);
  });
});
