import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { expect } from 'chai';
import { load } from 'js-yaml';
import { describe, it } from 'mocha';
import type { ResultLine } from '../harness/run/result-schema.ts';
import { conformanceReports } from './conformance-report.ts';
import { ctrfReport } from './ctrf.ts';
import { mochawesomeData } from './mochawesome.ts';
import { reportOf } from './report-data.ts';
import { attemptLine, serverCycle, specInfo, wholeRun } from './result-fixture.ts';
import { recordOfLines } from './run-record.ts';
import { REPORT_FORMATS, summaryOf, writeReports } from './write-reports.ts';

async function runFolder(lines: readonly ResultLine[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'reports-'));
  if (lines.length > 0)
    await writeFile(join(folder, 'results.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return folder;
}
const report = (lines: readonly ResultLine[]) => reportOf([recordOfLines(lines)]);

describe('write-reports', function () {
  this.timeout(20_000);

  it('writes every format, and the same files again from the same lines', async () => {
    const folder = await runFolder(wholeRun([serverCycle('fail'), attemptLine('pass', { spec: specInfo('udp/b') })]));
    const files = await writeReports(folder, { formats: REPORT_FORMATS });
    expect(files.map((file) => relative(folder, file))).to.deep.equal([
      'junit.xml',
      'index.html',
      'mochawesome.html',
      'summary.md',
      'ctrf.json',
      'conformance/kube-proxy-nftables-ipv4.yaml',
    ]);
    const before = await Promise.all(files.map((file) => readFile(file, 'utf8')));
    await writeReports(folder, { formats: REPORT_FORMATS });
    expect(await Promise.all(files.map((file) => readFile(file, 'utf8')))).to.deep.equal(before);
    expect(await readFile(join(folder, 'artifacts/udp-clusterip-server-cycles/1/timeline.svg'), 'utf8')).to.match(
      /^<svg/,
    );
    expect(await summaryOf(folder, files)).to.contain('index.html');
  });

  it('writes them also when the cluster never came up, even without any line', async () => {
    const folder = await runFolder([]);
    const files = await writeReports(folder);
    expect(files.map((file) => relative(folder, file))).to.include.members([
      'junit.xml',
      'index.html',
      'mochawesome.html',
    ]);
    expect(await readFile(join(folder, 'junit.xml'), 'utf8')).to.contain('errors="3"');
  });
});

describe('conformance-report', () => {
  const core = (verdict: 'pass' | 'skip' | 'fail' | 'inconclusive' | 'expected-fail', id: string) =>
    attemptLine(verdict, { spec: specInfo(id) });
  const resultOf = (lines: readonly ResultLine[]) => [...conformanceReports(report(lines)).values()][0];

  it('is a success only when every core spec ran and held', () => {
    expect(resultOf(wholeRun([core('pass', 'udp/a')]))?.profiles[0]?.core?.result).to.equal('success');
    expect(resultOf(wholeRun([core('pass', 'udp/a')]))?.succeeded).to.equal(true);
  });

  it('is partial with a skipped or inconclusive core spec, never a success', () => {
    for (const verdict of ['skip', 'inconclusive'] as const) {
      const result = resultOf(wholeRun([core('pass', 'udp/a'), core(verdict, 'udp/b')]));
      expect(result?.profiles[0]?.core?.result).to.equal('partial');
      expect(result?.succeeded).to.equal(false);
    }
  });

  it('is partial when a shard is missing: nobody knows which core specs were in it', () => {
    const record = recordOfLines(wholeRun([core('pass', 'udp/a')]));
    const [result] = conformanceReports(reportOf([record], 'merged', ['shard 2/3 is missing'])).values();
    expect(result?.profiles[0]?.core).to.deep.include({ result: 'partial' });
    expect(result?.succeeded).to.equal(false);
    expect(result?.reasons).to.deep.equal({ 'merge (1)': 'shard 2/3 is missing' });
  });

  it('does not excuse a known defect', () => {
    const result = resultOf(wholeRun([core('pass', 'udp/a'), core('expected-fail', 'udp/b')]));
    expect(result?.profiles[0]?.core).to.deep.include({ result: 'failure', failedTests: ['udp/b'] });
  });

  it('lets no extended spec decide the core', () => {
    const extended = attemptLine('fail', { spec: specInfo('udp/x', { core: false }) });
    const result = resultOf(wholeRun([core('pass', 'udp/a'), extended]));
    expect(result?.profiles[0]?.core?.result).to.equal('success');
    expect(result?.profiles[0]?.extended).to.deep.include({ result: 'failure', supportedFeatures: ['udp/x'] });
  });

  it('counts a spec that was left out by a killed run as skipped', () => {
    const lines = wholeRun([core('pass', 'udp/a'), core('pass', 'udp/b')]).filter(
      (line) => line.type !== 'attempt' || line.spec.id !== 'udp/b',
    );
    expect(resultOf(lines)?.profiles[0]?.core).to.deep.include({ result: 'partial', skippedTests: ['udp/b'] });
  });

  it('reads back as YAML from its file, a subject with @ and + in its name', async () => {
    const subject = { name: 'npa@1.4.3+held', kind: 'policy-agent', versions: {}, remarks: ['a stand-in'] };
    const lines = wholeRun([attemptLine('pass', { subjects: [subject.name] })], { subjects: [subject] });
    const [file = ''] = await writeReports(await runFolder(lines), { formats: ['conformance'] });
    expect(file).to.match(/conformance\/npa@1\.4\.3\+held-ipv4\.yaml$/);
    expect(load(await readFile(file, 'utf8'))).to.deep.include({ kind: 'ConformanceReport', remarks: ['a stand-in'] });
  });
});

describe('mochawesome', () => {
  it('calls an expected failure a pass, with the defect beside it, and begins a failure with its verdict', () => {
    const lines = [attemptLine('expected-fail'), attemptLine('inconclusive', { spec: specInfo('udp/b') })];
    const data = mochawesomeData(report(wholeRun(lines))) as {
      results: readonly [
        { suites: readonly [{ tests: readonly { state: string; context: string; err: { message?: string } }[] }] },
      ];
    };
    const [known, open] = data.results[0].suites[0].tests;
    expect(known?.state).to.equal('passed');
    expect(known?.context).to.contain('known defect').and.to.contain('stale-nodeport-row');
    expect([open?.state, open?.err.message]).to.deep.equal([
      'failed',
      'inconclusive: no conntrack entry appeared within 10 s',
    ]);
  });

  it('shows no text of a run as a bare string, because marge makes links and pictures of some', () => {
    const bait = 'javascript:alert(1)//x.png';
    const line = attemptLine('skip', {
      reason: bait,
      evidence: [{ at: 1, kind: 'log-line', lane: 'l', summary: bait }],
    });
    const data = JSON.stringify(mochawesomeData(report(wholeRun([line])), new Map([[line, 'artifacts/timeline.svg']])));
    const contexts = [...data.matchAll(/"context":"((?:[^"\\]|\\.)*)"/g)].map(
      (match) => JSON.parse(`"${match[1] ?? ''}"`) as string,
    );
    expect(contexts).to.have.length(1);
    const values = (JSON.parse(contexts[0]!) as { value: unknown }[]).map((entry) => entry.value);
    expect(values.filter((value) => typeof value === 'string')).to.deep.equal(['./artifacts/timeline.svg#.png']);
  });
});

describe('ctrf', () => {
  it('keeps flaky as a pass with retries and never calls inconclusive passed', () => {
    const spec = specInfo('udp/f');
    const lines = wholeRun([
      attemptLine('fail', { spec, final: false }),
      attemptLine('pass', { spec, attempt: 2 }),
      attemptLine('inconclusive'),
    ]);
    const { results } = ctrfReport(report(lines)) as { results: { summary: object; tests: object[] } };
    expect(results.summary).to.include({ tests: 2, passed: 1, failed: 0, other: 1 });
    expect(results.tests[0]).to.include({ status: 'passed', flaky: true, retries: 1 });
  });
});
