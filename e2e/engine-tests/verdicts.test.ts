import { expect } from 'chai';
import { after, describe, it } from 'mocha';
import { filesBelow, fixture, removeReports, runEngine, type EngineRun } from './run-engine.ts';

const verdictsOf = (run: EngineRun) => Object.fromEntries(run.attempts.map((line) => [line.spec.id, line.verdict]));

describe('the engine, judging', function () {
  this.timeout(180_000);
  after(removeReports);

  it('tells seven ways in which a body ends, and gives 1 because one of them is a fail', async () => {
    const run = await runEngine(['--specs', fixture('verdicts.spec.ts')], { withReports: true });
    expect(run.code, run.stderr).to.equal(1);
    expect(verdictsOf(run)).to.deep.equal({
      'udp/passes': 'pass',
      'udp/fails': 'fail',
      'udp/asserts': 'fail',
      'udp/inconclusive': 'inconclusive',
      'udp/skips': 'skip',
      'udp/breaks': 'infrastructure-error',
      'udp/hangs': 'inconclusive',
    });
    const failed = run.attempts.find((line) => line.spec.id === 'udp/fails')!;
    expect(failed.failure).to.include({ subject: 'the row', expected: 'server 2', observed: 'server 1', tries: 3 });
    expect(run.stdout).to.match(/\[1\/7\] PASS +udp\/passes/);
    expect(run.stdout).to.match(
      /\[2\/7\] FAIL +udp\/fails.*\n +the row: expected server 2, observed server 1 for 1.5 s \(3 tries\)/,
    );
    expect(run.stdout).to.include('the deadline of 200 ms passed in step "waiting for nothing"');
    expect(run.stdout, 'quiet on pass').to.not.include('a line of its log');
    expect(run.end).to.include({ exitCode: 1 });
    expect(run.end!.counts).to.deep.include({ pass: 1, fail: 2, inconclusive: 2, skip: 1, 'infrastructure-error': 1 });
    const files = await filesBelow(run.folder);
    for (const file of [
      'junit.xml',
      'results.jsonl',
      'artifacts/udp/passes/1/log.txt',
      'artifacts/udp/fails/1/evidence.jsonl',
    ])
      expect(files).to.include(file);
  });

  const codes: readonly (readonly [string, number])[] = [
    ['passes|skips', 0],
    ['passes|inconclusive', 2],
    ['breaks', 2],
    ['asserts|breaks', 1],
  ];
  it('gives the exit code that the verdicts ask for', async () => {
    for (const [pattern, code] of codes) {
      const run = await runEngine(['--specs', fixture('verdicts.spec.ts'), '--focus', `udp/(${pattern})`]);
      expect(run.code, `${pattern}: ${run.stdout}`).to.equal(code);
    }
  });

  it('passes nothing that was not judged on evidence, and knows its known defects and needs', async () => {
    const run = await runEngine(['--specs', fixture('judged.spec.ts')], { entry: 'stand-in' });
    expect(verdictsOf(run)).to.deep.equal({
      'udp/judged': 'pass',
      'udp/no-judgement': 'inconclusive',
      'udp/no-evidence': 'inconclusive',
      'udp/swallowed': 'fail',
      'udp/known-to-fail': 'expected-fail',
      'udp/known-to-fail-otherwise': 'fail',
      'udp/known-but-passes': 'unexpected-pass',
      'udp/needs-ipv6': 'skip',
      'udp/needs-workers': 'skip',
      'udp/needs-ipvs': 'skip',
      'udp/needs-restart': 'skip',
      'udp/needs-kind': 'skip',
    });
    const reason = (id: string) => run.attempts.find((line) => line.spec.id === id)?.reason;
    expect(reason('udp/needs-ipv6')).to.equal('needs a cluster with ipv6; this one is ipv4');
    expect(reason('udp/needs-workers')).to.equal('needs 2 schedulable worker nodes; the cluster has 1');
    expect(reason('udp/needs-ipvs')).to.equal('needs ipvs in the kernel: no module ip_vs');
    const known = run.attempts.find((line) => line.spec.id === 'udp/known-to-fail')!;
    expect(known.defect).to.deep.equal({
      id: 'STANDIN-1',
      reason: 'rows are kept',
      link: 'https://example.org/1',
      fixed: '2.0.0',
    });
    expect(reason('udp/known-to-fail-otherwise')).to.equal(
      'not the known defect STANDIN-1, which fails as answered-by other-server (path direct); this is answered-by nobody (path direct)',
    );
    expect(run.code).to.equal(1);
  });

  it('a listed failure leaves the exit code 0, a listed spec that passes makes it 1', async () => {
    const only = (id: string) =>
      runEngine(['--specs', fixture('judged.spec.ts'), '--focus', `${id}$`], { entry: 'stand-in' });
    expect((await only('known-to-fail')).code).to.equal(0);
    expect((await only('known-but-passes')).code).to.equal(1);
  });

  it('a failure like the known one is no excuse on a version in which it is fixed', async () => {
    const run = await runEngine(
      ['--specs', fixture('judged.spec.ts'), '--focus', 'known-to-fail$', '-b', 'stand-in@2.0.0'],
      { entry: 'stand-in' },
    );
    expect(run.code).to.equal(1);
    expect(run.attempts[0]?.verdict).to.equal('fail');
    expect(run.attempts[0]?.reason).to.equal(
      'perhaps STANDIN-1, not measured for this version: range >=1.0.0 <2.0.0, fixed in 2.0.0, this is 2.0.0',
    );
  });

  it('the known-bad subject fails where the good one passes', async () => {
    const on = (subject: string) =>
      runEngine(['--specs', fixture('judged.spec.ts'), '--focus', 'udp/judged', '-b', subject], { entry: 'stand-in' });
    const [good, bad] = [await on('stand-in'), await on('stand-in+broken')];
    expect([good.code, bad.code]).to.deep.equal([0, 1]);
    expect(bad.start?.subjects.map((subject) => subject.name)).to.deep.equal(['stand-in+broken']);
    expect(bad.attempts[0]?.subjects).to.deep.equal(['stand-in+broken']);
  });

  it('looks before it cleans up, cleans up last in first out, and never hides a verdict behind clean-up', async () => {
    const run = await runEngine(['--specs', fixture('cleanup.spec.ts'), '--grace', '200ms', '--cleanup-timeout', '1'], {
      entry: 'stand-in',
    });
    const attempt = (id: string) => run.attempts.find((line) => line.spec.id === `udp/${id}`)!;
    const { readFile } = await import('node:fs/promises');
    const log = async (id: string) => readFile(`${run.folder}/${attempt(id).artifacts}/log.txt`, 'utf8');

    expect((await log('order')).match(/\d (diagnostics|second made|first made)/g)).to.deep.equal([
      '1 diagnostics',
      '2 second made',
      '3 first made',
    ]);
    expect(attempt('order').attachments.map((file) => file.path)).to.deep.equal([
      'artifacts/udp/order/1/deep/note.txt',
      'artifacts/udp/order/1/nodes.txt',
    ]);
    expect(await readFile(`${run.folder}/artifacts/udp/order/1/evidence.jsonl`, 'utf8')).to.match(
      /"summary":"pod deleted"/,
    );

    const passed = attempt('clean-up-fails-after-pass');
    expect(passed.verdict).to.equal('infrastructure-error');
    expect(passed.cleanupErrors).to.deep.equal([
      'clean-up "c": sysctl is read-only',
      'clean-up "b": namespace is stuck',
    ]);
    expect(await log('clean-up-fails-after-pass')).to.include('a still runs');
    const failed = attempt('clean-up-fails-after-fail');
    expect(failed.verdict).to.equal('fail');
    expect(failed.failure?.message).to.equal('s: expected e, observed o');
    expect(failed.cleanupErrors).to.deep.equal(['clean-up "b": namespace is stuck']);
    expect(attempt('clean-up-hangs').cleanupErrors[0]).to.match(/"never ends" did not end within 1.0 s/);
    expect(await log('clean-up-hangs')).to.include('a still runs');
    expect(await log('diagnostics-hang-and-throw')).to.include('diagnostics: throws: no such pod');
    expect(attempt('diagnostics-hang-and-throw').attachments.map((file) => file.name)).to.include('works.txt');

    const leaked = attempt('ignores-its-signal');
    expect(leaked).to.include({ verdict: 'inconclusive', leaked: true, reason: 'the deadline of 100 ms passed' });
    expect(await log('ignores-its-signal'))
      .to.include('cleaned')
      .and.not.include('THE DEAD SPEAK');
    expect(attempt('ends-within-grace')).to.include({ verdict: 'inconclusive', leaked: false });
    expect(await log('ends-within-grace')).to.include('ended within grace');
    expect(attempt('leaves-the-folder').verdict).to.equal('infrastructure-error');
  });

  it('is green for nobody whose clean-up failed: a skip, an expected failure, a pass at the second attempt', async () => {
    const run = await runEngine(['--specs', fixture('leaves.spec.ts'), '--flake-attempts', '2'], {
      entry: 'stand-in',
      withReports: true,
    });
    const finals = run.attempts.filter(({ final }) => final);
    expect(finals.map(({ spec, verdict }) => [spec.id, verdict])).to.have.deep.members([
      ['udp/skips-and-leaves', 'infrastructure-error'],
      ['udp/known-to-fail-and-leaves', 'infrastructure-error'],
      ['udp/passes-after-it-left', 'infrastructure-error'],
      ['udp/passes-and-leaves', 'infrastructure-error'],
    ]);
    const told = (id: string) => finals.find((line) => line.spec.id === `udp/${id}`)?.failure;
    const left = 'clean-up "remove the rule": iptables rule still there';
    expect(told('skips-and-leaves')?.message).to.equal(
      `skipped (the kernel has no ipvs), but its clean-up failed: ${left}`,
    );
    expect(told('known-to-fail-and-leaves')).to.deep.include({
      message: `failed as expected (known defect STANDIN-1: rows are kept), but its clean-up failed: ${left}`,
      causes: ['the flow: expected server 2, observed server 1'],
    });
    expect(told('passes-after-it-left')?.message).to.equal(
      `passed in the end (passed at attempt 2 of 2), but its clean-up failed: ${left}`,
    );
    expect([run.code, run.end?.counts]).to.deep.equal([2, { 'infrastructure-error': 4 }]);
    const { readFile } = await import('node:fs/promises');
    const junit = await readFile(`${run.folder}/junit.xml`, 'utf8');
    expect(junit).to.match(/<testsuites [^>]*tests="4" failures="0" errors="4"/);
    for (const name of ['summary.md', 'index.html', 'mochawesome.html'])
      expect(await readFile(`${run.folder}/${name}`, 'utf8'), name).to.include('iptables rule still there');
  });

  it('blames stray errors on the spec that caused them, and late ones on the run', async () => {
    const run = await runEngine(['--specs', fixture('strays.spec.ts'), '--grace', '100ms']);
    expect(verdictsOf(run)).to.deep.equal({
      'udp/bystander': 'pass',
      'udp/floating-rejection': 'infrastructure-error',
      'udp/timer-throws': 'fail',
      'udp/late-error': 'pass',
    });
    expect(run.lines.find((line) => line.type === 'note')).to.include({
      level: 'infrastructure-error',
      summary: 'late error of udp/late-error: Error: too late',
    });
    expect(
      run.lines.filter((line) => line.type === 'note'),
      'one stray, one note',
    ).to.have.length(1);
    const alone = await runEngine(['--specs', fixture('strays.spec.ts'), '--focus', 'late-error|bystander']);
    expect(alone.code, 'a late error of a passed spec').to.equal(2);
  });
});
