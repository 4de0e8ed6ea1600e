import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { AttemptLine, Verdict } from '../../harness/run/result-schema.ts';
import { reportOf } from '../report-data.ts';
import { attemptLine, runStart, specInfo, wholeRun } from '../result-fixture.ts';
import { recordOfLines } from '../run-record.ts';
import { diffText, exitCodeOfDiff } from './diff-text.ts';
import { type Change, diffOf, ofSubject } from './run-diff.ts';

const spec = specInfo();
const subject = (name: string, version?: string) => ({
  name,
  kind: 'service-proxy',
  versions: {},
  remarks: [],
  ...(version === undefined ? {} : { version }),
});
const attempt = (verdict: Verdict, name = 'proxy', more: Partial<AttemptLine> = {}) =>
  attemptLine(verdict, { subjects: [name], evidence: [], ...more });
const report = (attempts: readonly AttemptLine[], more: Parameters<typeof runStart>[1] = {}) =>
  reportOf([recordOfLines(wholeRun(attempts, more))]);
const changes = (before: readonly AttemptLine[], after: readonly AttemptLine[]): readonly Change[] =>
  diffOf(report(before), report(after)).claims.map(({ change }) => change);

describe('the difference of two runs', () => {
  it('is by whether the claim held, whatever the verdict is called', () => {
    const table: readonly (readonly [Verdict, Verdict, Change])[] = [
      ['pass', 'fail', 'worse'],
      ['pass', 'expected-fail', 'worse'],
      ['unexpected-pass', 'fail', 'worse'],
      ['fail', 'pass', 'better'],
      ['expected-fail', 'unexpected-pass', 'better'],
      ['fail', 'expected-fail', 'otherwise'],
      ['pass', 'pass', 'same'],
      ['fail', 'fail', 'same'],
      ['skip', 'skip', 'same'],
    ];
    for (const [before, after, change] of table)
      expect(changes([attempt(before)], [attempt(after)]), `${before} ${after}`).to.deep.equal([change]);
  });

  it('takes what was not judged for no answer, on either side', () => {
    for (const verdict of ['inconclusive', 'infrastructure-error', 'skip'] as const)
      for (const other of ['pass', 'fail'] as const) {
        expect(changes([attempt(verdict)], [attempt(other)]), verdict).to.deep.equal(['undecided']);
        expect(changes([attempt(other)], [attempt(verdict)]), verdict).to.deep.equal(['undecided']);
      }
    expect(changes([attempt('inconclusive')], [attempt('inconclusive')])).to.deep.equal(['undecided']);
  });

  it('says when a claim fails in another way, and not when only its figures differ', () => {
    const judgement = (outcome: string, lost: number) => ({
      judgements: [{ id: 'row-removed', ok: false, outcome, facts: {}, measures: { lost } }],
    });
    const stays = (lost: number) => [attempt('fail', 'proxy', judgement('row-stays', lost))];
    expect(changes(stays(1), stays(2))).to.deep.equal(['same']);
    expect(changes(stays(1), [attempt('fail', 'proxy', judgement('late', 1))])).to.deep.equal(['otherwise']);
  });

  it('holds a subject against the one of its name, and two releases against each other where they are alone', () => {
    expect(changes([attempt('fail', 'proxy@1.0.0')], [attempt('pass', 'proxy@1.1.0')])).to.deep.equal(['better']);
    const both = [attempt('pass', 'a'), attempt('fail', 'b')];
    expect(changes(both, [...both].reverse())).to.deep.equal(['same', 'same']);
    expect(changes(both, [attempt('pass', 'a'), attempt('pass', 'c')])).to.deep.equal(['same', 'better']);
    expect(changes(both, [attempt('pass', 'c')])).to.have.members(['only-before', 'only-before', 'only-after']);
  });

  it('has claims that one side lacks', () => {
    const other = attempt('pass', 'proxy', { spec: specInfo('udp/other') });
    const diff = diffOf(report([attempt('pass')]), report([attempt('pass'), other]));
    expect(diff.claims.map((one) => [one.spec, one.change])).to.deep.equal([
      [spec.id, 'same'],
      ['udp/other', 'only-after'],
    ]);
    expect(exitCodeOfDiff(diff)).to.equal(2);
  });

  it('takes a claim that failed in one repetition for one that does not hold', () => {
    const again = (verdict: Verdict, repetition: number) => attempt(verdict, 'proxy', { repetition });
    const moody = [again('pass', 1), again('fail', 2)];
    expect(changes([again('pass', 1), again('pass', 2)], moody)).to.deep.equal(['worse']);
    expect(changes([again('pass', 1), again('inconclusive', 2)], [attempt('pass')])).to.deep.equal(['undecided']);
    expect(changes(moody, [again('fail', 1), again('fail', 2)])).to.deep.equal(['otherwise']);
  });

  it('names what else is not the same, and a version that nobody told', () => {
    const before = report([attempt('fail', 'proxy@1')], {
      subjects: [subject('proxy@1', '1.0.0')],
      facts: { kernel: '6.1', cores: '2' },
    });
    const after = report([attempt('pass', 'proxy@2')], { subjects: [subject('proxy@2')], facts: { kernel: '6.2' } });
    expect(diffOf(before, after).facts).to.have.deep.members([
      { name: 'kernel', before: '6.1', after: '6.2' },
      { name: 'cores', before: '2', after: 'not told' },
      { name: 'service-proxy', before: 'proxy@1 (1.0.0)', after: 'proxy@2 (version not told)' },
    ]);
  });

  it('looks at one subject of a run, and names those that there are', () => {
    const run = report([attempt('pass', 'a'), attempt('fail', 'b')]);
    expect(diffOf(ofSubject(run, 'a'), ofSubject(run, 'b')).claims.map(({ change }) => change)).to.deep.equal([
      'worse',
    ]);
    const killed = recordOfLines(wholeRun([attempt('pass', 'b')]).slice(0, -1));
    const two = reportOf([recordOfLines(wholeRun([attempt('pass', 'a')])), killed]);
    expect(two.troubles).to.have.length(1);
    expect([ofSubject(two, 'a').troubles.length, ofSubject(two, 'b').troubles.length]).to.deep.equal([0, 1]);
    expect(() => ofSubject(run, 'c')).to.throw(RangeError, /judged no c; it judged a, b/);
  });
});

describe('the text of a difference', () => {
  it('has what got worse first, both sides of it, and the counts last', () => {
    const better = { spec: specInfo('udp/a-better') };
    const before = report([attempt('pass', 'proxy@1'), attempt('fail', 'proxy@1', better)]);
    const after = report([attempt('fail', 'proxy@2'), attempt('pass', 'proxy@2', better)]);
    const lines = diffText(diffOf(before, after)).split('\n');
    expect(lines[0]).to.equal('held before, does not hold after (1):');
    expect(lines[1]).to.equal(`  ${spec.id} (ipv4, proxy@1 | proxy@2)`);
    expect(lines[2]).to.match(/^ {4}before pass, /);
    expect(lines[3]).to.match(/^ {4}after {2}fail, /);
    expect(lines.at(-1)).to.equal('1 worse, 1 better');
  });

  it('ends as diff does: 0 the same, 1 another answer, 2 not comparable', () => {
    const code = (before: readonly AttemptLine[], after: readonly AttemptLine[]) =>
      exitCodeOfDiff(diffOf(report(before), report(after)));
    expect(code([attempt('pass')], [attempt('pass')])).to.equal(0);
    expect(code([attempt('pass')], [attempt('fail')])).to.equal(1);
    expect(code([attempt('fail')], [attempt('pass')])).to.equal(1);
    expect(code([attempt('pass')], [attempt('inconclusive')])).to.equal(2);
    expect(code([], [])).to.equal(2);
    const killed = reportOf([recordOfLines(wholeRun([attempt('pass')]).slice(0, -1))]);
    expect(exitCodeOfDiff(diffOf(report([attempt('pass')]), killed))).to.equal(2);
    expect(diffText(diffOf(report([]), report([])))).to.equal('nothing was judged on either side');
  });
});
