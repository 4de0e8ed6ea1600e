import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { judgeLane, mayRepeat, unprovenIn } from './judge-lane.ts';
import type { Lane } from '../../e2e/harness/area/area-in-ci.ts';
import { lanes } from './lanes.ts';

const lane: Lane = { name: 'udp', args: [], exit: 1, fails: { 'udp/a': 'the row to leave' } };
const judgement = (message: string) => ({ failure: { name: 'JudgementError', message } });
const attempt = (verdict: string, more: object = {}): string =>
  JSON.stringify({ type: 'attempt', spec: { id: 'udp/a' }, verdict, final: true, ...more });
const caught = attempt('fail', judgement('udp: expected the row to leave server-1, observed it'));

describe('CI lanes', () => {
  it('are as expected when exit code, verdict and reason are', () => {
    expect(judgeLane(lane, 1, `${attempt('inconclusive', { final: false })}\n${caught}\n{"torn`)).to.deep.equal([]);
  });

  it('are not satisfied by the right exit code for another reason', () => {
    expect(judgeLane(lane, 1, attempt('unexpected-pass'))).to.deep.equal([
      'udp: expected udp/a to fail, observed unexpected-pass',
    ]);
    expect(judgeLane(lane, 1, attempt('fail', judgement('expected the proxy to run, observed none')))).to.deep.equal([
      'udp: expected udp/a to fail because of "the row to leave", observed expected the proxy to run, observed none',
    ]);
    const thrown = { failure: { name: 'AssertionError', message: 'the row to leave' } };
    expect(judgeLane(lane, 1, attempt('fail', thrown))).to.have.length(1);
    expect(judgeLane(lane, 1, attempt('fail'))).to.have.length(1);
  });

  it('are not satisfied when another spec failed as well', () => {
    const other = attempt('fail', { spec: { id: 'udp/b' }, ...judgement('lost') });
    expect(judgeLane(lane, 1, `${caught}\n${other}`)).to.deep.equal(['udp: expected udp/b not to fail, observed lost']);
  });

  it('take no second attempt for a pass', () => {
    const good: Lane = { name: 'udp', args: [], exit: 0, passes: ['udp/a'] };
    expect(judgeLane(good, 0, attempt('pass'))).to.deep.equal([]);
    expect(judgeLane(good, 0, attempt('flaky'))).to.deep.equal(['udp: expected udp/a to pass, observed flaky']);
    expect(lanes.filter(({ args }) => args.includes('--flake-attempts'))).to.deep.equal([]);
  });

  it('say why a spec judged nothing', () => {
    const good: Lane = { name: 'udp', args: [], exit: 0, passes: ['udp/a'] };
    const unproven = attempt('inconclusive', { reason: 'the row was never seen' });
    const broken = attempt('infrastructure-error', { spec: { id: 'udp/b' }, failure: { message: 'the node is gone' } });
    expect(judgeLane(good, 2, `${unproven}\n${broken}`)).to.deep.equal([
      'udp: expected exit 0, observed 2',
      'udp: expected udp/a to pass, observed inconclusive',
      'udp: udp/a: inconclusive: the row was never seen',
      'udp: udp/b: infrastructure-error: the node is gone',
    ]);
  });

  it('may have one spec of twenty that proves nothing on a good subject, and tell it', () => {
    const good: Lane = { name: 'udp', args: [], exit: 0, passes: ['udp/a'] };
    const others = (count: number, verdict = 'pass'): string =>
      Array.from({ length: count }, (_, i) => attempt(verdict, { spec: { id: `udp/${i}` } })).join('\n');
    const unproven = attempt('inconclusive', { reason: 'the row was never seen' });
    const told = ['udp: udp/a: inconclusive: the row was never seen'];
    expect(unprovenIn(good, 2, `${unproven}\n${others(19)}`)).to.deep.equal(told);
    expect(judgeLane(good, 2, `${unproven}\n${others(19)}`)).to.deep.equal([]);
    const isWrong = (results: string, exit = 2, of = good): boolean =>
      judgeLane(of, exit, results).length > 0 && unprovenIn(of, exit, results).length === 0;
    expect(isWrong(`${unproven}\n${others(18)}`), 'one of nineteen').to.equal(true);
    expect(isWrong(`${unproven}\n${others(18)}\n${others(9, 'skip')}`), 'skips count for nothing').to.equal(true);
    expect(isWrong(`${unproven}\n${unproven.replace('udp/a', 'udp/b')}\n${others(37)}`), 'two of 39').to.equal(true);
    for (const verdict of ['fail', 'infrastructure-error', 'unexpected-pass', 'flaky'])
      expect(isWrong(`${unproven}\n${others(19)}\n${others(1, verdict)}`), verdict).to.equal(true);
    expect(isWrong(`${unproven}\n${others(19)}`, 130), 'a run that was ended').to.equal(true);
    expect(isWrong(`${unproven}\n${others(19)}`, 2, lane), 'a known-bad subject has to be caught').to.equal(true);
    expect(judgeLane(good, 0, `${attempt('pass')}\n${others(19)}`)).to.deep.equal([]);
    expect(unprovenIn(good, 0, `${attempt('pass')}\n${others(19)}`)).to.deep.equal([]);
  });

  it('tell a run that left nothing', () => {
    expect(judgeLane(lane, undefined, undefined)).to.deep.equal([
      'udp: expected exit 1, observed none (killed)',
      'udp: expected udp/a to fail, observed not run',
    ]);
  });

  it('may try again only where the machine broke and nothing was found out', () => {
    const broken = attempt('infrastructure-error');
    const setUp = JSON.stringify({ type: 'note', level: 'infrastructure-error', summary: 'set-up failed' });
    expect(mayRepeat(2, broken)).to.equal(true);
    expect(mayRepeat(2, setUp)).to.equal(true);
    expect(mayRepeat(2, `${broken}\n${attempt('pass', { spec: { id: 'udp/b' } })}`)).to.equal(true);
    for (const verdict of ['fail', 'inconclusive', 'unexpected-pass'])
      expect(mayRepeat(2, `${broken}\n${attempt(verdict, { spec: { id: 'udp/b' } })}`), verdict).to.equal(false);
    expect(mayRepeat(1, broken)).to.equal(false);
    expect(mayRepeat(undefined, broken)).to.equal(false);
    expect(mayRepeat(2, attempt('inconclusive'))).to.equal(false);
    expect(mayRepeat(2, undefined)).to.equal(false);
  });

  it('have names of their own and prove something', () => {
    expect(new Set(lanes.map(({ name }) => name)).size).to.equal(lanes.length);
    for (const { name, exit, passes = [], fails = {} } of lanes)
      expect([passes.length > 0, Object.keys(fails).length > 0], name).to.deep.equal([exit === 0, exit === 1]);
  });

  it('wait for words that a judgement still says', () => {
    const root = fileURLToPath(new URL('../..', import.meta.url));
    for (const reason of lanes.flatMap(({ fails = {} }) => Object.values(fails))) {
      const args = ['-rlF', '--include=*.ts', '--exclude=*.test.ts', '--', reason, 'e2e'];
      expect(execFileSync('grep', args, { cwd: root, encoding: 'utf8' }), reason).to.not.equal('');
    }
  });
});
