import { expect } from 'chai';
import { describe, it } from 'mocha';
import { fromKubeconform, fromKubeScore, judgeFindings, policyMarkdown } from './linter-findings.ts';

const resource = { filename: 'a.yaml', kind: 'Pod', name: 'x', msg: 'no such field' };
const conform = JSON.stringify({
  resources: [
    { ...resource, status: 'statusValid' },
    { ...resource, status: 'statusInvalid' },
  ],
});
const check = (id: string, grade: number, skipped = false) => ({
  check: { id },
  grade,
  skipped,
  comments: [{ path: 'main', summary: 'bad' }],
});
const score = JSON.stringify([
  {
    type_meta: { kind: 'Deployment' },
    object_meta: { name: 'd' },
    file_name: 'b.yaml',
    checks: [check('a', 1), check('b', 5), check('c', 7), check('d', 10), check('e', 1, true)],
  },
]);

describe('findings of manifest linters', () => {
  it('are what is not valid', () => {
    expect(fromKubeconform(conform)).to.deep.equal({
      objects: 2,
      findings: [{ tool: 'kubeconform', file: 'a.yaml', place: 'Pod/x', rule: 'Invalid', text: 'no such field' }],
    });
    expect(fromKubeconform('{}')).to.deep.equal({ objects: 0, findings: [] });
  });

  it('are what is graded critical or warned of', () => {
    const { checks, findings } = fromKubeScore(score);
    expect(checks).to.equal(4);
    expect(findings.map(({ rule, place, text }) => `${place} ${rule} ${text}`)).to.deep.equal([
      'Deployment/d a main: bad',
      'Deployment/d b main: bad',
    ]);
  });

  it('need a reason, and a reason needs a finding', () => {
    const { findings } = fromKubeScore(score);
    const judged = judgeFindings(findings, [
      { rule: 'a', files: ['b.yaml'], reason: 'because' },
      { rule: 'b', files: ['other.yaml'], reason: 'nothing' },
    ]);
    expect(judged.excused.map(({ rule, reason }) => [rule, reason])).to.deep.equal([['a', 'because']]);
    expect(judged.unexcused.map(({ rule }) => rule)).to.deep.equal(['b']);
    expect(judged.idle).to.deep.equal(['b']);
    expect(judgeFindings(findings, [{ rule: 'a', reason: 'x' }]).excused).to.have.length(1);
  });

  it('stand in a table', () => {
    const { findings } = fromKubeScore(score);
    const judged = judgeFindings(findings, [{ rule: 'a', reason: 'because' }]);
    const text = policyMarkdown({ ...judged, files: 2, objects: 3, checks: 4 });
    expect(text).to.include('| kube-score | b.yaml | Deployment/d | a | because |');
    expect(text).to.include('1 findings without a reason, 1 with one');
    expect(text).to.include('- kube-score: b.yaml: Deployment/d: b: main: bad');
  });
});
