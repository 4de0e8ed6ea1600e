import { expect } from 'chai';
import { after, describe, it } from 'mocha';
import { execa } from 'execa';
import { readFile } from 'node:fs/promises';
import { filesBelow, fixture, removeReports, repository, runEngine } from './run-engine.ts';

const specs = ['--specs', fixture('waiting.spec.ts')];

describe('the engine, seen', function () {
  this.timeout(180_000);
  after(removeReports);

  it('answers SIGUSR2 with what runs, in which step, since when, and its last evidence', async () => {
    const run = await runEngine([...specs, '-v'], {
      env: { WAIT_MS: '1200' },
      when: ['step: waiting', (child) => setTimeout(() => child.kill('SIGUSR2'), 300)],
    });
    expect(run.code).to.equal(0);
    expect(run.stdout).to.match(/progress after .*: 4 running, 1 waiting/);
    expect(run.stdout).to.match(/udp\/a attempt 1, .* ms: waiting 1200 ms\n +last evidence .* ago: fault: fault of a/);
  });

  it('prints a line every so often where there is no terminal', async () => {
    const run = await runEngine([...specs, '--progress-every', '300ms'], { env: { WAIT_MS: '800' } });
    expect(run.stdout).to.match(/▶ 0 done, 4 running, 1 waiting.* · udp\/a: waiting 800 ms \d+ ms/);
    const quiet = await runEngine(specs, { env: { WAIT_MS: '50' } });
    expect(quiet.stdout).to.not.include('▶');
  });

  it('rewrites a live line on a terminal, and leaves none behind', async () => {
    const command = `${process.execPath} --import tsx e2e/cli.ts ${specs.join(' ')} --reports-folder /tmp/staleproof-engine-tty --reporter none`;
    const { stdout } = await execa('script', ['-qec', command, '/dev/null'], {
      cwd: repository,
      extendEnv: false,
      env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', TERM: 'xterm', WAIT_MS: '1500' },
    });
    expect(stdout).to.include('▶ 0 done, 4 running, 1 waiting');
    expect(stdout).to.include('\u001b[32mPASS');
    const lastPaint = stdout.lastIndexOf('▶');
    expect(stdout.indexOf('\r\u001b[2K', lastPaint), 'erased').to.be.above(lastPaint);
    await execa('rm', ['-rf', '/tmp/staleproof-engine-tty']);
  });

  it('prints steps and log lines as they happen with --verbose', async () => {
    const run = await runEngine(['--specs', fixture('verdicts.spec.ts'), '--focus', 'passes', '--verbose']);
    expect(run.stdout).to.match(/udp\/passes step: a step\n.*udp\/passes a line of its log\n/);
  });

  it('pauses before clean-up when told so, until Enter or the end of stdin', async () => {
    const fails = ['--specs', fixture('verdicts.spec.ts'), '--focus', 'udp/fails', '--pause-on-fail'];
    const run = await runEngine(fails, { input: '\n' });
    expect(run.code).to.equal(1);
    expect(run.stdout).to.match(/paused: udp\/fails: the row: expected server 2/);
    expect((await runEngine(fails)).code, 'nobody there').to.equal(1);
  });

  it('tells no secret: not on the console, not in results, logs, artefacts or reports', async () => {
    const run = await runEngine(['--specs', fixture('secret.spec.ts'), '-v'], {
      entry: 'stand-in',
      env: { STAND_IN: 'secret' },
      withReports: true,
    });
    expect(run.code).to.equal(2);
    const files = await filesBelow(run.folder);
    expect(files).to.include('artifacts/udp/tells-a-secret/1/note.txt');
    const texts = await Promise.all(
      files.map(async (file) => [file, await readFile(`${run.folder}/${file}`, 'utf8')] as const),
    );
    for (const [name, text] of [['stdout', run.stdout], ['stderr', run.stderr], ...texts] as const)
      expect(text.includes('planted-token-0123456789'), name).to.equal(false);
    expect(run.stdout).to.include('failed with [redacted]');
  });
});
