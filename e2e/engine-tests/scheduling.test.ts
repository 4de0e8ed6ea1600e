import { expect } from 'chai';
import { after, describe, it } from 'mocha';
import type { AttemptLine } from '../harness/run/result-schema.ts';
import { fixture, removeReports, runEngine } from './run-engine.ts';

const specs = ['--specs', fixture('waiting.spec.ts')];
const overlap = (a: AttemptLine, b: AttemptLine) => a.startedAt < b.endedAt && b.startedAt < a.endedAt;

describe('the engine, scheduling', function () {
  this.timeout(180_000);
  after(removeReports);

  it('runs bodies together but for their locks; lines come as specs end, with true durations', async () => {
    const run = await runEngine([...specs, '--jobs', '5'], { env: { WAIT_MS: '700' } });
    expect(run.code).to.equal(0);
    const by = (id: string) => run.attempts.find((line) => line.spec.id === `udp/${id}`)!;
    expect(overlap(by('a'), by('b')), 'exclusive').to.equal(false);
    expect(overlap(by('c'), by('d')), 'shared').to.equal(true);
    expect(overlap(by('a'), by('e')), 'no lock').to.equal(true);
    expect(run.end!.at, 'five waits of 700 ms').to.be.below(5 * 700);
    for (const line of run.attempts) expect(line.endedAt - line.startedAt).to.be.above(690);
    const ended = run.attempts.map((line) => line.spec.id.slice(-1));
    expect(run.stdout.match(/(?<=\] PASS +udp\/)[a-e]/g)).to.deep.equal(ended);
  });

  it('with --jobs 1 is plain mocha: one after the other, in order', async () => {
    const run = await runEngine([...specs, '--jobs', '1'], { env: { WAIT_MS: '50' } });
    expect(run.attempts.map((line) => line.spec.id)).to.deep.equal(['a', 'b', 'c', 'd', 'e'].map((id) => `udp/${id}`));
    for (const [index, line] of run.attempts.entries())
      for (const other of run.attempts.slice(index + 1)) expect(overlap(line, other)).to.equal(false);
  });

  it('stops starting with --bail, and says what did not run', async () => {
    const run = await runEngine(['--specs', fixture('verdicts.spec.ts'), '--jobs', '1', '--bail']);
    expect(run.code).to.equal(1);
    expect(run.attempts.map((line) => line.spec.id)).to.deep.equal(['udp/passes', 'udp/fails']);
    expect(run.end!.counts).to.deep.equal({ pass: 1, fail: 1, 'not-run': 5 });
    expect(run.stdout).to.match(/\[7\/7\] NOT RUN udp\/hangs/);
  });

  it('holds 20 concurrent specs below 300 MB', async () => {
    const env = { MANY: '20', WAIT_MS: '300' };
    const run = await runEngine(['--specs', fixture('many.spec.ts'), ...specs, '--jobs', '20'], { env });
    expect(run.code).to.equal(0);
    expect(Number(run.end?.peakMemoryMiB)).to.be.within(20, 300);
  });
});
