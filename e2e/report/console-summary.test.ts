import { expect } from 'chai';
import { describe, it } from 'mocha';
import { consoleSummary } from './console-summary.ts';
import { md, mdLink } from './markdown.ts';
import { reportOf } from './report-data.ts';
import { attemptLine, runEnd, runStart, specInfo, wholeRun } from './result-fixture.ts';
import { recordOfLines } from './run-record.ts';
import { stepSummary } from './step-summary.ts';

const report = (lines: Parameters<typeof recordOfLines>[0]) => reportOf([recordOfLines(lines)]);

describe('console-summary', () => {
  it('ends with the tally and shows why, measured values and where to look', () => {
    const text = consoleSummary(
      report(wholeRun([attemptLine('fail'), attemptLine('pass', { spec: specInfo('udp/b') })])),
      ['reports/latest/index.html'],
    );
    expect(text.split('\n').at(-1)).to.equal('1 passed, 1 failed, 0 skipped');
    expect(text).to.contain('expected  replies from server 2').and.to.contain('observed  the stale entry of server 1');
    expect(text).to.contain('loss window 412.5 ms (bound 1000 ms)');
    expect(text).to.contain('look at   artifacts/udp-clusterip-server-cycles/1/conntrack-worker.txt');
    expect(text).to.contain('reports/latest/index.html');
  });

  it('says what was measured in plain words, where the spec has some', () => {
    const measures = Array.from({ length: 9 }, (_, index) => ({ name: `m${index}`, value: index, unit: 'flows' }));
    const spoken = attemptLine('pass', { measures, inShort: '2,000 of 2,000 tcp flows held, 0 cut' });
    const text = consoleSummary(report(wholeRun([spoken])));
    expect(text).to.contain('2,000 of 2,000 tcp flows held, 0 cut');
    expect(text).to.not.contain('m0').and.to.not.contain('more');
    const mute = consoleSummary(report(wholeRun([attemptLine('pass', { measures })])));
    expect(mute).to.contain('m0 0 flows, m1 1 flows, m2 2 flows, 6 more');
  });

  it('never counts inconclusive, infrastructure errors, specs that did not run or a killed run as passed', () => {
    const lines = [
      runStart([specInfo('udp/a'), specInfo('udp/b'), specInfo('udp/c')]),
      attemptLine('inconclusive', { spec: specInfo('udp/a') }),
      attemptLine('infrastructure-error', { spec: specInfo('udp/b') }),
    ];
    expect(consoleSummary(report(lines))).to.match(/\n0 passed, 4 failed, 0 skipped$/);
    expect(consoleSummary(report([]))).to.match(/verdicts: none, nothing ran\n0 passed, 1 failed, 0 skipped$/);
  });

  it('names the page to open first, and fits every width', () => {
    const long = attemptLine('fail', {
      spec: specInfo('udp/a'),
      inShort: 'the stale row went; 20 datagrams lost '.repeat(4),
    });
    const data = report(wholeRun([long, attemptLine('pass', { spec: specInfo('udp/b') })]));
    for (const columns of [40, 80, 120, 200]) {
      const lines = consoleSummary(data, ['r/index.html', 'r/junit.xml'], { columns }).split('\n');
      expect(lines[0]).to.equal('report: r/index.html');
      const wide = lines.filter((line) => line.length > columns);
      // A path has no place to break it that a shell would understand.
      expect(wide.filter((line) => !/\S{30}/.test(line))).to.deep.equal([]);
      expect(lines.join(' ').replace(/\s+/g, ' ')).to.contain('udp/a').and.to.contain('observed the stale entry');
    }
  });

  it('is about what is not as expected alone when it shall be quiet', () => {
    const data = report(wholeRun([attemptLine('expected-fail'), attemptLine('fail', { spec: specInfo('udp/b') })]));
    const text = consoleSummary(data, ['r/index.html'], { quiet: true });
    expect(text).to.not.contain('udp/clusterip-server-cycles on').and.to.not.contain('subject · family');
    expect(text).to.contain('report: r/index.html').and.to.contain('✗ FAIL udp/b');
    expect(text.split('\n').at(-1)).to.equal('0 passed, 1 failed, 1 skipped');
  });

  it('says which packets the leak guard stopped', () => {
    const lines = [runStart([]), runEnd({ guard: { 'to 0.0.0.0/0': 3, 'to fe80::/10': 0 } })];
    expect(consoleSummary(report(lines))).to.contain(
      'leak guard: 3 packets of clusters here kept on this machine (to 0.0.0.0/0)',
    );
  });

  it('lets no escape sequence of a pod reach the terminal', () => {
    const reason = '\u001b]0;owned\u0007\u001b[2Jcleared';
    const text = consoleSummary(report(wholeRun([attemptLine('skip', { reason })])));
    expect(text.split('').filter((character) => character < ' ' && character !== '\n')).to.deep.equal([]);
  });
});

describe('step-summary', () => {
  it('shows verdict, spec, subject and why in a table', () => {
    const text = stepSummary(report(wholeRun([attemptLine('fail')])));
    expect(text).to.contain('## ❌ staleproof').and.to.contain('| ✗ fail | udp/clusterip-server-cycles |');
    expect(text).to.contain('[kubernetes/kubernetes\\#105657](https://github.com/kubernetes/kubernetes/issues/105657)');
  });

  it('keeps a hostile reason inside its cell', () => {
    const reason = 'a | b\n| c <img src=x onerror=alert(1)> @team [x](javascript:alert(1)) `x`';
    const text = stepSummary(report(wholeRun([attemptLine('skip', { reason })])));
    const row = text.split('\n').find((line) => line.startsWith('| - skip')) ?? '';
    expect(row.replace(/\\\|/g, '').split('|')).to.have.length(9);
    expect(text).to.not.match(/<img|@team|\]\(javascript/);
  });

  it('makes links of web addresses only', () => {
    expect(mdLink('x', 'javascript:alert(1)')).to.equal('x');
    expect(md('see https://example.org')).to.not.contain('https://');
  });

  it('escapes each character once', () => {
    expect(md('npa@1.4.3+held & <b> #1 a|b')).to.equal('npa&#64;1.4.3\\+held &amp; &lt;b&gt; \\#1 a\\|b');
  });
});
