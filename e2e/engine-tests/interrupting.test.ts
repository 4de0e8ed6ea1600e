import { expect } from 'chai';
import { after, describe, it } from 'mocha';
import { readFile } from 'node:fs/promises';
import { fixture, removeReports, runEngine, type EngineRun } from './run-engine.ts';

const specs = ['--specs', fixture('waiting.spec.ts')];
const env = { WAIT_MS: '55000' };
const started = 'step: waiting';
/** Every write to stdout ends as one to a pipe without a reader. */
const closedOutput = `data:text/javascript,${encodeURIComponent(
  "process.stdout._write = (chunk, encoding, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));",
)}`;

async function expectCleanedUp(run: EngineRun, why: RegExp): Promise<void> {
  const begun = run.attempts.map((line) => line.spec.id);
  expect(begun).to.include('udp/a').and.not.include('udp/b');
  for (const line of run.attempts) {
    expect(line.verdict).to.equal('inconclusive');
    expect(line.reason).to.match(why);
    expect(await readFile(`${run.folder}/${line.artifacts}/log.txt`, 'utf8')).to.include('undone');
  }
  expect(run.end?.interrupted).to.match(why);
  expect(run.durationMs).to.be.below(40_000);
}

describe('the engine, interrupted', function () {
  this.timeout(180_000);
  after(removeReports);

  for (const [signal, code] of [
    ['SIGHUP', 129],
    ['SIGINT', 130],
    ['SIGQUIT', 131],
    ['SIGTERM', 143],
  ] as const)
    it(`by ${signal} cancels every body, cleans up, reports, and exits ${code}`, async () => {
      const run = await runEngine([...specs, '-v'], {
        env,
        withReports: true,
        when: [started, (child) => child.kill(signal)],
      });
      expect(run.code, run.stdout + run.stderr).to.equal(code);
      await expectCleanedUp(run, new RegExp(signal));
      expect(run.end?.exitCode).to.equal(code);
      expect(run.stdout)
        .to.include('junit.xml')
        .and.match(/NOT RUN udp\/b/);
    });

  it('by a reader of its output that leaves, as in `| head -1`, does the same, says so on stderr, and exits 141', async () => {
    const run = await runEngine([...specs, '--progress-every', '200ms'], {
      env,
      withReports: true,
      timeoutMs: 30_000,
      when: ['running, ', (child) => child.stdout?.destroy()],
    });
    expect(run.code, run.stderr).to.equal(141);
    await expectCleanedUp(run, /stdout is closed \(EPIPE\)/);
    expect(run.end?.exitCode).to.equal(141);
    expect(run.stderr).to.match(
      /^staleproof: stdout is closed \(EPIPE\): cancelling what runs and cleaning up; results: .*results\.jsonl$/m,
    );
    expect(run.lines.filter((line) => line.type === 'note')).to.deep.equal([]);
    expect(await readFile(`${run.folder}/junit.xml`, 'utf8'))
      .to.include('stdout is closed')
      .and.match(/<\/testsuites>\n$/);
  });

  it('is not stopped by a stderr that nobody reads, nor by a reader who leaves after the last spec', async () => {
    const run = await runEngine(['--specs', fixture('verdicts.spec.ts'), '--focus', 'udp/(passes|asserts)'], {
      when: ['results: ', (child) => [child.stdout, child.stderr].forEach((stream) => stream?.destroy())],
    });
    expect(run.code).to.equal(1);
    expect(run.end).to.include({ exitCode: 1 }).and.not.have.property('interrupted');
  });

  it('tells a hundred stray errors and no more, however many there are', async () => {
    const run = await runEngine(['--specs', fixture('flood.spec.ts')]);
    const notes = run.lines.flatMap((line) => (line.type === 'note' ? [line.summary] : []));
    expect(notes).to.have.length(101);
    expect(notes.at(-1)).to.equal('more than 100 stray errors; those after them are not told');
    expect(run.code).to.equal(2);
  });

  it('ends a list whose reader has left without a word', async () => {
    const run = await runEngine(['--list'], { node: [process.execPath, '--import', 'tsx', '--import', closedOutput] });
    expect([run.code, run.stderr]).to.deep.equal([141, '']);
  });

  it('by a second signal leaves at once, but not by one that npm doubled', async () => {
    const doubled = await runEngine([...specs, '-v'], {
      env,
      when: [started, (child) => [0, 30].forEach((ms) => setTimeout(() => child.kill('SIGINT'), ms))],
    });
    await expectCleanedUp(doubled, /SIGINT/);
    const second = await runEngine(['--specs', fixture('stubborn.spec.ts'), '-v'], {
      when: ['step: never', (child) => [0, 1300].forEach((ms) => setTimeout(() => child.kill('SIGINT'), ms))],
    });
    expect(second.code).to.equal(130);
    expect(second.stdout).to.include('SIGINT again: leaving without clean-up');
    expect(second.end).to.equal(undefined);
    expect(second.durationMs).to.be.below(30_000);
  });

  it('during set-up ends at once, with reports', async () => {
    const run = await runEngine(['--specs', fixture('judged.spec.ts'), '--focus', 'udp/judged'], {
      entry: 'stand-in',
      env: { STAND_IN: 'set-up-waits' },
      when: ['never comes up', (child) => child.kill('SIGTERM')],
    });
    expect(run.code, run.stdout).to.equal(143);
    expect(run.end).to.include({ interrupted: 'SIGTERM', exitCode: 143 });
    expect(run.end!.counts).to.deep.equal({ 'not-run': 1 });
    expect(run.durationMs).to.be.below(40_000);
  });

  it('by its own deadline exits 2', async () => {
    const run = await runEngine([...specs, '--run-timeout', '700ms'], { env });
    expect(run.code).to.equal(2);
    await expectCleanedUp(run, /the run's deadline of 700 ms passed/);
  });

  it('ends a process that something keeps alive, and names it', async () => {
    const run = await runEngine(['--specs', fixture('hang.spec.ts')]);
    expect(run.code).to.equal(0);
    expect(run.stdout).to.match(
      /did not end within 3 s after its last spec; still open:\n +Server listening on .*127\.0\.0\.1/,
    );
    expect(run.durationMs).to.be.below(40_000);
  });

  it('reports a set-up that failed as infrastructure, with files, and a failed removal too', async () => {
    const judged = ['--specs', fixture('judged.spec.ts'), '--focus', 'udp/judged'];
    const setUp = await runEngine(judged, { entry: 'stand-in', withReports: true, env: { STAND_IN: 'set-up-fails' } });
    expect(setUp.code).to.equal(2);
    expect(setUp.stdout).to.include('set-up failed: the cluster did not come up: node worker is NotReady');
    expect(await readFile(`${setUp.folder}/junit.xml`, 'utf8')).to.include('node worker is NotReady');
    expect(setUp.end!.counts).to.deep.equal({ 'not-run': 1 });
    expect(setUp.stdout.match(/node worker is NotReady/g), 'when it happens and at the end').to.have.length(2);
    for (const report of ['junit.xml', 'summary.md'])
      expect(
        (await readFile(`${setUp.folder}/${report}`, 'utf8')).match(/^.*node worker is NotReady/gm),
      ).to.have.length(1);
    const close = await runEngine(judged, { entry: 'stand-in', env: { STAND_IN: 'close-fails' } });
    expect(close.code).to.equal(2);
    expect(close.stdout).to.include('removing the environment: namespace x is stuck in Terminating');
    expect(close.attempts[0]?.verdict).to.equal('pass');
  });
});
