import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { KnownDefect } from './match-defect.ts';
import type { AttemptLine, JudgementRecord, SubjectInfo } from './result-schema.ts';
import { cellsOfAttempt, withDefects } from './worst-cell.ts';

const row = (id: string, product: string): KnownDefect => ({
  ...{ id, product, modes: [], variants: [], versions: '>=1.0.0', measured: { bad: ['1.0.0'], good: [] } },
  families: ['ipv4'],
  cells: [
    {
      spec: 'watch/silent',
      signature: { judgement: 'loss-noticed', outcome: 'unnoticed', facts: { profile: 'silent' } },
    },
  ],
  ...{ reason: 'it waits', link: 'https://example.org/1' },
});
const subject = (name: string): SubjectInfo => ({
  ...{ name, kind: 'api-client', product: name, version: '1.0.0', versions: {}, remarks: [] },
});
const judged = (of: string, outcome: string): JudgementRecord => ({
  ...{ of, id: 'loss-noticed', ok: outcome === 'noticed', outcome, facts: { profile: 'silent' }, measures: {} },
});

function verdictOf(judgements: readonly JudgementRecord[], more: Partial<AttemptLine> = {}) {
  const line = {
    ...{ spec: { id: 'watch/silent' }, verdict: judgements.every(({ ok }) => ok) ? 'pass' : 'fail' },
    ...{ subjects: ['known', 'other', 'plain'], judgements },
    ...more,
  } as unknown as AttemptLine;
  const at = { family: 'ipv4', subjects: ['known', 'other', 'plain'].map(subject) };
  const { verdict, reason } = withDefects(line, cellsOfAttempt(line, [row('D-1', 'known'), row('D-2', 'other')], at));
  return { verdict, reason };
}

describe('a spec that judges several subjects', () => {
  it('fails when one fails that is not known to, whatever the others do', () => {
    const { verdict } = verdictOf([judged('known', 'unnoticed'), judged('plain', 'unnoticed')]);
    expect(verdict).to.equal('fail');
    const otherwise = verdictOf([judged('known', 'stalled'), judged('plain', 'noticed')]);
    expect(otherwise.verdict).to.equal('fail');
    expect(otherwise.reason).to.match(/^known: not the known defect D-1, which fails as loss-noticed unnoticed/);
  });

  it('is news when one passes that is known to fail', () => {
    const { verdict, reason } = verdictOf([judged('known', 'noticed'), judged('other', 'unnoticed')]);
    expect(verdict).to.equal('unexpected-pass');
    expect(reason).to.match(/^known: known defect D-1 was not met/);
    expect(verdictOf([judged('known', 'noticed')]).verdict).to.equal('unexpected-pass');
  });

  it('fails as expected when each failure is its subject’s own', () => {
    const { verdict, reason } = verdictOf([
      judged('known', 'unnoticed'),
      judged('other', 'unnoticed'),
      judged('plain', 'noticed'),
    ]);
    expect(verdict).to.equal('expected-fail');
    expect(reason).to.equal('known: known defect D-1: it waits; other: known defect D-2: it waits');
  });

  it('is inconclusive when all that failed was expected and something could not be judged', () => {
    const { verdict, reason } = verdictOf([judged('known', 'unnoticed')], { undecided: ['plain: no capture'] });
    expect(verdict).to.equal('inconclusive');
    expect(reason).to.equal('plain: no capture');
  });

  it('passes when all pass and nothing is known of them', () => {
    expect(verdictOf([judged('plain', 'noticed')])).to.deep.equal({ verdict: 'pass', reason: undefined });
  });

  it('is not excused for a failure that no judgement made, nor changed when it was not judged', () => {
    expect(verdictOf([judged('plain', 'noticed')], { verdict: 'fail' }).verdict).to.equal('fail');
    expect(verdictOf([judged('known', 'unnoticed')], { verdict: 'inconclusive' }).verdict).to.equal('inconclusive');
    expect(verdictOf([judged('known', 'unnoticed')], { subjects: [] }).verdict).to.equal('expected-fail');
    const ofNobody: JudgementRecord = { ...judged('known', 'unnoticed') };
    Reflect.deleteProperty(ofNobody, 'of');
    expect(verdictOf([ofNobody], { subjects: [] }).verdict).to.equal('fail');
    expect(verdictOf([], { verdict: 'skip' }).verdict).to.equal('skip');
  });

  it('keeps what is known of each subject, also where another one decides the verdict', () => {
    const judgements = [judged('known', 'unnoticed'), judged('other', 'noticed'), judged('plain', 'unnoticed')];
    const line = { spec: { id: 'watch/silent' }, verdict: 'fail', subjects: ['known'], judgements };
    const at = { family: 'ipv4', subjects: ['known', 'other', 'plain'].map(subject) };
    const attempt = line as unknown as AttemptLine;
    const seen = withDefects(attempt, cellsOfAttempt(attempt, [row('D-1', 'known'), row('D-2', 'other')], at));
    expect(seen.verdict).to.equal('fail');
    expect(seen.reason).to.equal('not a known defect: the failure of plain');
    const told = (seen.known ?? []).map(({ of, defect, met }) => `${of} ${defect.id} ${met}`);
    expect(told).to.deep.equal(['known D-1 true', 'other D-2 false']);
  });
});
