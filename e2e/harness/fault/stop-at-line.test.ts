import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { stopAtLine } from './stop-at-line.ts';

describe('a process stopped at a line of its log', () => {
  let folder: string;
  let path: string;
  let ends: (() => void)[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'staleproof-stop-at-line-'));
    path = join(folder, 'agent.log');
    writeFileSync(path, 'Delete 10.0.0.1"\n');
  });
  afterEach(() => {
    for (const end of ends) end();
    ends = [];
    rmSync(folder, { recursive: true });
  });

  const stateOf = (pid: number): string => readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[2] ?? '';

  async function watched(): Promise<{ pid: number; lines: AsyncIterator<string> }> {
    const victim = spawn('sleep', ['60'], { stdio: 'ignore' });
    await once(victim, 'spawn');
    const pid = victim.pid ?? 0;
    const argv = stopAtLine({
      ...{
        path,
        pid,
        announced: 'Check for stale',
        wanted: 'Delete.*10\\.0\\.0\\.1["]',
        releasesItselfAfterSeconds: 60,
      },
    });
    // As an unprivileged user too: what comes after `nice -n -20`.
    const program = spawn(argv[3] ?? '', argv.slice(4), { stdio: ['ignore', 'pipe', 'inherit'] });
    ends.push(
      () => victim.kill('SIGKILL'),
      () => program.kill('SIGKILL'),
    );
    const lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]();
    expect((await lines.next()).value).to.equal('watching');
    return { pid, lines };
  }

  it('goes on at older lines and at those of others, and stops at its own', async () => {
    const { pid, lines } = await watched();
    appendFileSync(path, 'Check for stale\nDelete 10.0.0.11"\n');
    expect(stateOf(pid)).not.to.equal('T');
    appendFileSync(path, 'Delete 10.0.');
    appendFileSync(path, '0.1" more');
    const before = Date.now();
    const [word, ms] = String((await lines.next()).value).split(' ');
    expect(word).to.equal('stopped');
    expect(Math.abs(Number(ms) - before)).to.be.lessThan(5000);
    expect(stateOf(pid)).to.equal('T');
  });

  it('follows a log that was rotated', async () => {
    const { pid, lines } = await watched();
    renameSync(path, `${path}.1`);
    writeFileSync(path, 'Check for stale\nDelete 10.0.0.1"\n');
    expect(String((await lines.next()).value)).to.match(/^stopped \d+$/);
    expect(stateOf(pid)).to.equal('T');
  });
});
