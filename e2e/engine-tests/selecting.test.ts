import { expect } from 'chai';
import { load } from 'js-yaml';
import { after, describe, it } from 'mocha';
import { fixture, removeReports, runEngine } from './run-engine.ts';

const specs = ['--specs', fixture('verdicts.spec.ts'), '--specs', fixture('waiting.spec.ts')];
const ids = async (...argv: string[]): Promise<string[]> => {
  const run = await runEngine([...specs, ...argv, '--list', 'json']);
  expect(run.code, run.stderr).to.equal(0);
  return (JSON.parse(run.stdout) as { id: string }[]).map((row) => row.id.replace('udp/', ''));
};

describe('the engine, selecting', function () {
  this.timeout(180_000);
  after(removeReports);

  it('combines tags, --grep, --focus and --skip', async () => {
    expect(await ids('--tags', 'udp && slow')).to.deep.equal(['c', 'd']);
    expect(await ids('--tags', 'conntrack || /SLO./i', '--skip', 'udp/d')).to.deep.equal(['fails', 'c']);
    expect(await ids('--grep', 'conntrack')).to.deep.equal(['fails']);
    expect(await ids('--focus', 'udp/a$', '--focus', 'waits [be]', '--skip', 'udp/b')).to.deep.equal(['a', 'e']);
    expect(
      await ids('--tags', 'udp', '--tags', '!slow', '--focus', 'waits', '--skip', 'waits a', '--skip', 'waits b'),
    ).to.deep.equal(['e']);
  });

  it('shuffles by seed, the same way each time, and cuts shards that cover everything once', async () => {
    const plain = await ids();
    const [one, same, other] = [await ids('--seed', '7'), await ids('--seed', '7'), await ids('--seed', '8')];
    expect(one).to.deep.equal(same).and.not.deep.equal(other).and.not.deep.equal(plain);
    expect([...one].sort()).to.deep.equal([...plain].sort());
    const shards = [await ids('--shard', '1/3'), await ids('--shard', '2/3'), await ids('--shard', '3/3')];
    expect(shards.flat().sort()).to.deep.equal([...plain].sort());
    expect(
      Math.max(...shards.map((shard) => shard.length)) - Math.min(...shards.map((shard) => shard.length)),
    ).to.be.at.most(1);
  });

  it('lists as text, JSON and YAML, and writes nothing', async () => {
    const text = await runEngine([...specs, '--tags', 'conntrack', '--list']);
    expect(text.stdout).to.match(/^udp\/fails {2}fails \[conntrack\]\[udp\]\n {4}The engine MUST tell/);
    expect(text.start).to.equal(undefined);
    const yaml = await runEngine([...specs, '--tags', 'conntrack', '--list=yaml']);
    expect(load(yaml.stdout)).to.have.nested.property('[0].id', 'udp/fails');
  });

  it('names the filter that removed the last spec, and runs nothing', async () => {
    const refused: readonly (readonly [string[], RegExp])[] = [
      [['--tags', 'slow', '--skip', 'waits'], /no spec is left: --skip waits removed the last 2 of 12/],
      [['--focus', 'nothing-like-it'], /--focus nothing-like-it removed the last 12 of 12/],
      [['--tags', 'slow', '--shard', '5/5'], /--shard 5\/5 of 2 selected specs is empty/],
    ];
    for (const [argv, expected] of refused) {
      const run = await runEngine([...specs, ...argv]);
      expect(run.code).to.equal(64);
      expect(run.stderr).to.match(expected);
      expect(run.start).to.equal(undefined);
    }
  });

  it('repeats, prints the seed, and reruns what was not as expected', async () => {
    const first = await runEngine(['--specs', fixture('flaky.spec.ts'), '--repeat', '3', '--jobs', '1', '--seed', '3']);
    expect(first.code).to.equal(1);
    expect(first.stdout).to.match(/6 of 2 specs on .*seed 3/);
    expect(first.start?.seed).to.equal(3);
    const of = (id: string) =>
      first.attempts.filter((line) => line.spec.id === id).map((line) => `${line.repetition} ${line.verdict}`);
    expect(of('udp/third-round-fails')).to.deep.equal(['1 pass', '2 pass', '3 fail']);
    expect(of('udp/first-attempt-fails')).to.deep.equal(['1 fail', '2 pass', '3 pass']);
    const only = await runEngine([...specs, '--focus', 'udp/(passes|fails|breaks)$'], { reports: first.reports });
    expect(only.code).to.equal(1);
    const again = await runEngine([...specs, '--rerun-failed', '--list', 'json'], { reports: first.reports });
    expect((JSON.parse(again.stdout) as { id: string }[]).map((row) => row.id)).to.deep.equal([
      'udp/fails',
      'udp/breaks',
    ]);
  });

  it('reruns on the subject and in the way of the last run, unless told otherwise', async () => {
    const run = ['--focus', 'udp/(passes|fails)$'];
    const first = await runEngine([...specs, ...run, '--race-flows', '500', '-i', 'ipv6', '--jobs', '1']);
    expect(first.code).to.equal(1);
    const again = await runEngine(['--rerun-failed', '-i', 'dual'], { reports: first.reports });
    expect(again.start?.specs.map(({ id }) => id)).to.deep.equal(['udp/fails']);
    expect(again.start?.options).to.include({ raceFlows: 500, ipFamily: 'dual' });
    expect(again.start?.options).not.to.have.any.keys('focus', 'jobs');
  });

  it('repeats until it fails', async () => {
    const run = await runEngine(['--specs', fixture('flaky.spec.ts'), '--focus', 'third-round', '--until-it-fails']);
    expect(run.code).to.equal(1);
    expect(run.attempts.map((line) => `${line.repetition} ${line.verdict}`)).to.deep.equal([
      '1 pass',
      '2 pass',
      '3 fail',
    ]);
    expect(run.end!.counts).to.deep.equal({ pass: 2, fail: 1 });
  });

  it('calls a later pass flaky, and fails on it when told so', async () => {
    const flaky = ['--specs', fixture('flaky.spec.ts'), '--focus', 'first-attempt', '--flake-attempts', '3'];
    const run = await runEngine(flaky);
    expect(run.code).to.equal(0);
    expect(run.attempts.map(({ attempt, final, verdict }) => ({ attempt, final, verdict }))).to.deep.equal([
      { attempt: 1, final: false, verdict: 'fail' },
      { attempt: 2, final: true, verdict: 'flaky' },
    ]);
    expect(run.stdout).to.match(/FLAKY +udp\/first-attempt-fails/);
    expect((await runEngine([...flaky, '--fail-on-flaky'])).code).to.equal(1);
  });

  it('says which spec file is broken, and how', async () => {
    const load = await runEngine(['--specs', fixture('../fixtures-broken/does-not-load.spec.ts')]);
    expect(load.code).to.equal(2);
    expect(load.stderr).to.match(/does-not-load\.spec\.ts does not load: Error: a typing mistake/);
    const nonsense = await runEngine(['--specs', fixture('../fixtures-broken/declares-nonsense.spec.ts')]);
    expect(nonsense.code).to.equal(2);
    expect(nonsense.stderr).to.match(/spec udp\/nonsense: tag udq is neither in known-tags.ts nor in an area/);
    expect(nonsense.stderr).to.not.match(/\n\s+at /);
  });
});
