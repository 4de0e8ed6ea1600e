import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setImmediate } from 'node:timers/promises';
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

  /** A stop is sent before it is obeyed: on a busy machine the process is let in late. */
  async function isStopped(pid: number): Promise<boolean> {
    const deadline = Date.now() + 10_000;
    while (stateOf(pid) !== 'T' && Date.now() < deadline) await setImmediate();
    return stateOf(pid) === 'T';
  }

  const stateOf = (pid: number): string => readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[2] ?? '';

  interface Watched {
    readonly pid: number;
    readonly lines: AsyncIterator<string>;
    readonly suiteEnds: () => Promise<unknown>;
  }

  async function watched(): Promise<Watched> {
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
    const program = spawn(argv[3] ?? '', argv.slice(4), { stdio: ['pipe', 'pipe', 'inherit'] });
    ends.push(
      () => victim.kill('SIGKILL'),
      () => program.kill('SIGKILL'),
    );
    const lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]();
    expect((await lines.next()).value).to.equal('watching');
    const suiteEnds = (): Promise<unknown> => {
      const exited = once(program, 'exit');
      program.stdin.end();
      return exited;
    };
    return { pid, lines, suiteEnds };
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
    expect(await isStopped(pid)).to.equal(true);
  });

  it('lets go of everything when the suite is no more, stopped or not', async () => {
    const processors = (pid: number): string | undefined =>
      /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    const waiting = await watched();
    await waiting.suiteEnds();
    expect(processors(waiting.pid)).to.equal(processors(process.pid));
    const stopped = await watched();
    appendFileSync(path, 'Delete 10.0.0.1"\n');
    await stopped.lines.next();
    expect(await isStopped(stopped.pid)).to.equal(true);
    await stopped.suiteEnds();
    expect(stateOf(stopped.pid)).not.to.equal('T');
    expect(processors(stopped.pid)).to.equal(processors(process.pid));
  });

  it('follows a log that was rotated', async () => {
    const { pid, lines } = await watched();
    renameSync(path, `${path}.1`);
    writeFileSync(path, 'Check for stale\nDelete 10.0.0.1"\n');
    expect(String((await lines.next()).value)).to.match(/^stopped \d+$/);
    expect(await isStopped(pid)).to.equal(true);
  });
});
