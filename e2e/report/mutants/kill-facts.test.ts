import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { AttemptLine, EvidenceRecord } from '../../harness/run/result-schema.ts';
import { attemptLine, runStart, specInfo, wholeRun } from '../result-fixture.ts';
import { recordOfLines } from '../run-record.ts';
import { factsOf, type KillFact, mergeFacts } from './kill-facts.ts';

const told = (...attempts: AttemptLine[]): readonly string[] =>
  factsOf(recordOfLines(wholeRun(attempts))).map(
    ({ subject, family, spec, verdicts }) => `${subject} ${family} ${spec}: ${verdicts.join(' ')}`,
  );
const cell = (client: string, verdict: string): EvidenceRecord => ({
  ...{ at: 1, kind: 'watch-cell', lane: client, summary: verdict },
  data: { client, verdict },
});

describe('facts of a run', () => {
  it('are one for each subject and spec, with every repetition', () => {
    const cycles = 'kube-proxy-nftables ipv4 udp/clusterip-server-cycles';
    expect(told(attemptLine('fail'), attemptLine('pass', { repetition: 2 }))).to.deep.equal([`${cycles}: fail pass`]);
  });

  it('keep the failure that a retry would hide, and not an open attempt', () => {
    const second = attemptLine('pass', { attempt: 2 });
    expect(told(attemptLine('fail', { final: false }), second)[0]).to.match(/: fail pass$/);
    expect(told(attemptLine('inconclusive', { final: false }), second)[0]).to.match(/: pass$/);
  });

  it('keep by which judgements each subject failed, and nothing where a run did not record them', () => {
    const bad = { ok: false, facts: {}, measures: {} };
    const judgements = [
      { ...bad, id: 'rules-written', outcome: 'written', ok: true },
      { ...bad, id: 'row-removed', outcome: 'row-stays' },
      { ...bad, id: 'flow-settles', outcome: 'flaps', of: 'somebody-else' },
    ];
    const failed = (...attempts: AttemptLine[]) =>
      factsOf(recordOfLines(wholeRun(attempts))).map((fact) => ('failed' in fact ? fact.failed : 'not told'));
    expect(failed(attemptLine('fail', { judgements }))).to.deep.equal([['row-removed: row-stays']]);
    expect(failed(attemptLine('fail', { judgements: [] }))).to.deep.equal([[]]);
    expect(failed(attemptLine('fail'), attemptLine('pass', { repetition: 2 }))).to.deep.equal(['not told']);
  });

  it('tell clients apart that were judged side by side', () => {
    const subjects = ['good', 'bad', 'absent'];
    const evidence = [cell('good', 'pass'), cell('bad', 'fail')];
    const spec = specInfo('watch/tcp-x');
    expect(told(attemptLine('fail', { spec, subjects, evidence }))).to.deep.equal([
      'good ipv4 watch/tcp-x: pass',
      'bad ipv4 watch/tcp-x: fail',
    ]);
    expect(told(attemptLine('fail', { spec, subjects })), 'nobody knows whose failure').to.deep.equal([]);
  });

  it('call no failed cell caught when the spec itself did not fail', () => {
    const shared = { subjects: ['a', 'b'], evidence: [cell('a', 'fail'), cell('b', 'pass')] };
    expect(told(attemptLine('inconclusive', shared))[0]).to.match(/^a .*: inconclusive$/);
  });

  it('call a known defect of one client known, and not caught by the failure of another', () => {
    const known = [{ of: 'a', defect: { id: 'D-1', reason: 'r', link: 'https://example.org/1' }, met: true }];
    const shared = { subjects: ['a', 'b'], evidence: [cell('a', 'fail'), cell('b', 'fail')], known };
    expect(told(attemptLine('fail', shared))).to.deep.equal([
      'a ipv4 udp/clusterip-server-cycles: expected-fail',
      'b ipv4 udp/clusterip-server-cycles: fail',
    ]);
  });

  it('say of a spec that the run did not reach that it was not run', () => {
    const facts = factsOf(recordOfLines([runStart([specInfo()])]));
    expect(facts.map(({ verdicts }) => verdicts)).to.deep.equal([['not-run']]);
    expect(factsOf(recordOfLines([]))).to.deep.equal([]);
  });
});

describe('merged facts', () => {
  const fact = (wall: string, verdict: KillFact['verdicts'][number], subject = 's'): KillFact => ({
    ...{ subject, family: 'ipv4', spec: 'udp/a', verdicts: [verdict], run: `run-${wall}`, wall, reason: '' },
  });
  const verdicts = (...lists: KillFact[][]): readonly unknown[] => mergeFacts(...lists).map((one) => one.verdicts[0]);

  it('are the newest, in whatever order they come', () => {
    expect(verdicts([fact('1', 'fail')], [fact('2', 'pass')])).to.deep.equal(['pass']);
    expect(verdicts([fact('2', 'pass')], [fact('1', 'fail')])).to.deep.equal(['pass']);
    expect(verdicts([fact('2', 'inconclusive')], [fact('1', 'fail')])).to.deep.equal(['inconclusive']);
  });

  it('are not lost to a run that never came to them, nor to another subject', () => {
    expect(verdicts([fact('1', 'fail')], [fact('2', 'not-run')])).to.deep.equal(['fail']);
    expect(verdicts([fact('2', 'not-run')], [fact('1', 'fail')])).to.deep.equal(['fail']);
    expect(verdicts([fact('1', 'fail')], [fact('2', 'skip')], [fact('3', 'not-run')])).to.deep.equal(['fail']);
    expect(verdicts([fact('1', 'not-run')], [fact('2', 'skip')])).to.deep.equal(['skip']);
    expect(verdicts([fact('1', 'fail')], [fact('2', 'pass', 't')])).to.deep.equal(['fail', 'pass']);
  });
});
