import { readFile, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { parse } from 'junit2json';
import { parse as parseResults } from 'test-results-parser';
import { validateXML } from 'xmllint-wasm';
import { junitXml } from './junit.ts';
import { reportOf } from './report-data.ts';
import { attemptLine, failureRecord, runStart, serverCycle, specInfo, wholeRun } from './result-fixture.ts';
import { recordOfLines } from './run-record.ts';
import { WORST_FIRST } from './verdict-words.ts';

const everyVerdict = WORST_FIRST.map((verdict) => attemptLine(verdict, { spec: specInfo(`udp/is-${verdict}`) }));
const retried = (verdict: 'pass' | 'fail', id: string) => [
  attemptLine('fail', { spec: specInfo(id), final: false }),
  attemptLine('infrastructure-error', { spec: specInfo(id), attempt: 2, final: false }),
  attemptLine(verdict, { spec: specInfo(id), attempt: 3 }),
];

async function validate(xml: string): Promise<readonly string[]> {
  const schema = await readFile(new URL('testdata/junit-dialect.xsd', import.meta.url), 'utf8');
  const result = await validateXML({ xml: [{ fileName: 'junit.xml', contents: xml }], schema: [schema] });
  return result.errors.map((error) => error.rawMessage);
}

const render = (lines: Parameters<typeof recordOfLines>[0]): Promise<string> =>
  junitXml(reportOf([recordOfLines(lines)]));

describe('junit', function () {
  this.timeout(20_000);

  it('validates against the dialect of Jenkins for every verdict and for retries', async () => {
    const lines = wholeRun([
      ...everyVerdict,
      ...retried('pass', 'udp/flaky-one'),
      ...retried('fail', 'udp/firm-one'),
      serverCycle(),
    ]);
    expect(await validate(await render(lines))).to.deep.equal([]);
  });

  it('is refused by the validator when a rule is broken, so the test above can fail', async () => {
    const xml = await render(wholeRun(everyVerdict));
    expect(await validate(xml.replace('<failure type="fail"', '<failure kind="fail"'))).to.not.be.empty;
  });

  it('maps verdicts to failure, error and skipped as junit2json reads them', async () => {
    const suites = await parse(await render(wholeRun(everyVerdict)));
    if (!suites || !('testsuite' in suites)) throw new Error('no testsuites element');
    const cases = (suites.testsuite ?? []).flatMap((suite) => suite.testcase ?? []);
    const kind = (name: string): string => {
      const found = cases.find((one) => one.name === name);
      if (found === undefined) return 'missing';
      return found.failure ? 'failure' : found.error ? 'error' : found.skipped ? 'skipped' : 'pass';
    };
    expect(Object.fromEntries(WORST_FIRST.map((verdict) => [verdict, kind(`is-${verdict}`)]))).to.deep.equal({
      fail: 'failure',
      'unexpected-pass': 'failure',
      inconclusive: 'error',
      'infrastructure-error': 'error',
      'expected-fail': 'skipped',
      skip: 'skipped',
      'not-run': 'skipped',
      pass: 'pass',
      flaky: 'pass',
    });
    expect(suites.failures).to.equal(2);
    expect(suites.errors).to.equal(2);
  });

  it('is read by test-results-parser with the same totals', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'junit-')), 'junit.xml');
    await writeFile(file, await render(wholeRun(everyVerdict)));
    const result = parseResults({ type: 'junit', files: [file] });
    const [suite] = result.suites;
    // Its `total` leaves the skipped ones out.
    expect(suite).to.include({ name: 'udp · kube-proxy-nftables · ipv4', total: 6, failed: 2, errors: 2, skipped: 3 });
    const count = (status: string): number => suite?.cases.filter((one) => one.status === status).length ?? 0;
    expect([count('PASS'), count('FAIL'), count('SKIP')]).to.deep.equal([2, 4, 3]);
    expect(suite?.metadata).to.include({ subject: 'kube-proxy-nftables', family: 'ipv4' });
  });

  it('keeps the attempts: flaky when it passed in the end, rerun when it did not', async () => {
    const passed = await render(wholeRun(retried('pass', 'udp/a')));
    expect(passed).to.contain('<flakyFailure type="fail"').and.to.contain('<flakyError type="infrastructure-error"');
    expect(passed).to.not.contain('<failure');
    const failed = await render(wholeRun(retried('fail', 'udp/a')));
    expect(failed).to.contain('<rerunFailure').and.to.contain('<rerunError').and.to.contain('<failure');
  });

  it('states subject, family, seed, kernel and versions as properties', async () => {
    const xml = await render(wholeRun([attemptLine('pass')]));
    for (const [name, value] of [
      ['subject', 'kube-proxy-nftables'],
      ['family', 'ipv4'],
      ['seed', '4711'],
      ['kernel', '6.18.0'],
      ['version.kube-proxy', 'v1.36.3'],
    ])
      expect(xml).to.contain(`<property name="${name ?? ''}" value="${value ?? ''}"/>`);
  });

  it('has an error case when the run broke before any spec', async () => {
    const xml = await render([{ type: 'note', at: 5, level: 'infrastructure-error', summary: 'kind create failed' }]);
    expect(xml).to.contain('message="kind create failed"');
    expect(await validate(xml)).to.deep.equal([]);
  });

  it('marks specs of a killed run as not run and the run as broken', async () => {
    const xml = await render([
      runStart([specInfo('udp/a'), specInfo('udp/b')]),
      attemptLine('pass', { spec: specInfo('udp/a') }),
    ]);
    expect(xml).to.contain('NOT RUN').and.to.contain('<error type="infrastructure-error"');
  });

  it('holds whatever a pod printed and stays well-formed', async () => {
    const hostile = '\u001b[31mred\u001b[0m \u0000\ud800 ]]> <script>alert(1)</script> & "quote" \uffff';
    const xml = await render(wholeRun([attemptLine('fail', { failure: failureRecord(hostile), reason: hostile })]));
    expect(await validate(xml)).to.deep.equal([]);
    expect(xml).to.not.contain('<script>');
  });

  it('does not pass on orders to consumers that hide in a log line', async () => {
    const orders = '[[ATTACHMENT|/etc/shadow]]';
    const evidence = [{ at: 1, kind: 'log-line', lane: 'log', summary: orders }];
    expect(await render(wholeRun([attemptLine('pass', { evidence })]))).to.not.contain('[[');
  });
});
