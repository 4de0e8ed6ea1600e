import { mkdir, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { AttemptLine, ResultLine } from '../harness/run/result-schema.ts';
import { findRuns } from './find-runs.ts';
import { consoleSummary } from './console-summary.ts';
import { mergeRuns } from './merge.ts';
import { matrixCsv, matrixMarkdown } from './matrix/write-matrix.ts';
import { matrixOf } from './matrix/matrix.ts';
import { exitCodeOfReport, reportOf } from './report-data.ts';
import { attemptLine, runEnd, runStart, specInfo, wholeRun } from './result-fixture.ts';
import { recordOfLines } from './run-record.ts';
import { trendOf } from './trend/trend-data.ts';
import { trendPage } from './trend/trend-page.ts';

async function put(folder: string, lines: readonly ResultLine[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'results.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}
const ids = ['udp/a', 'udp/b', 'udp/c', 'udp/d', 'udp/e'];
const attempts = ids.map((id, index) =>
  attemptLine(index === 2 ? 'fail' : 'pass', { spec: specInfo(id), artifacts: `artifacts/${id}/1`, attachments: [] }),
);
const shard = (index: number): readonly ResultLine[] => {
  const mine = attempts.filter((_, place) => place % 3 === index);
  return [
    runStart(
      mine.map((line) => line.spec),
      { run: `r-${index}`, shard: `${index + 1}/3` },
    ),
    ...mine,
    runEnd(),
  ];
};

describe('merge', function () {
  this.timeout(20_000);

  it('makes of three shards what a single run gives', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'merge-'));
    for (const index of [2, 0, 1])
      await put(join(folder, 'downloads', `shard-${index}`, 'reports', `r-${index}`), shard(index));
    await put(join(folder, 'single', 'r'), wholeRun(attempts));
    const of = async (name: string) => {
      const { report } = await mergeRuns([join(folder, name)], join(folder, `out-${name}`), { formats: ['junit'] });
      return report.outcomes.map((outcome) => [outcome.spec.id, outcome.verdict, outcome.subjects, outcome.family]);
    };
    expect(await of('downloads')).to.deep.equal(await of('single'));
    const junit = async (name: string) =>
      (await readFile(join(folder, `out-${name}`, 'junit.xml'), 'utf8')).match(/<testsuites .*>/)?.[0];
    expect((await junit('downloads'))?.replace(/name="[^"]*"/, '')).to.equal(
      (await junit('single'))?.replace(/name="[^"]*"/, ''),
    );
  });

  it('points from the merged page to the artefacts of each run', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'merge-'));
    await put(join(folder, 'runs', 'r-0'), shard(0));
    await put(join(folder, 'runs', 'r-1'), shard(1));
    const { files } = await mergeRuns([join(folder, 'runs')], join(folder, 'out'));
    expect(files.map((file) => file.slice(folder.length + 5))).to.include.members([
      'index.html',
      'matrix.html',
      'matrix.md',
      'matrix.csv',
    ]);
    expect(await readFile(join(folder, 'out', 'index.html'), 'utf8')).to.contain(
      'href="./../runs/r-1/artifacts/udp/b/1"',
    );
  });

  it('counts a run once though reports/latest points to it, and names what is no folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'merge-'));
    await put(join(folder, 'r'), shard(0));
    await symlink('r', join(folder, 'latest'));
    expect(await findRuns([folder, join(folder, 'latest')])).to.have.length(1);
    const failed = await findRuns([join(folder, 'missing')]).catch((error: unknown) => String(error));
    expect(failed).to.contain('missing is not a folder');
  });

  it('is red when a shard is missing, and keeps what it was made of', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'merge-'));
    const passing = (index: number): readonly ResultLine[] =>
      shard(index).filter((line) => line.type !== 'attempt' || line.verdict === 'pass');
    for (const index of [0, 1]) await put(join(folder, 'runs', `r-${index}`), passing(index));
    const { report } = await mergeRuns([join(folder, 'runs')], join(folder, 'out'), { formats: ['junit'] });
    expect(exitCodeOfReport(report)).to.equal(2);
    expect(report.troubles).to.have.length(1);
    expect(report.troubles[0]).to.match(/^merge: shard 3\/3 is missing/);
    // A consumer of JUnit alone must see it too.
    expect(await readFile(join(folder, 'out', 'junit.xml'), 'utf8')).to.match(/<error [^>]*shard 3\/3 is missing/);
    expect(consoleSummary(report)).to.match(/\n4 passed, 1 failed, 0 skipped$/);
    const made = JSON.parse(await readFile(join(folder, 'out', 'parts.json'), 'utf8')) as Record<string, unknown>;
    expect(made['problems']).to.have.length(1);
    expect(made['parts']).to.deep.equal(
      [0, 1].map((index) => ({
        ...{ run: `r-${index}`, folder: `../runs/r-${index}/`, shard: `${index + 1}/3`, seed: 4711 },
        ...{ specs: 2, exitCode: 0, options: { family: 'ipv4' } },
      })),
    );
  });

  it('keeps what --fail-on-flaky said in the run', () => {
    const flaky = (options: Record<string, boolean>) =>
      reportOf([
        recordOfLines(
          wholeRun([attemptLine('fail', { final: false }), attemptLine('pass', { attempt: 2 })], { options }),
        ),
      ]);
    expect(exitCodeOfReport(flaky({}))).to.equal(0);
    expect(exitCodeOfReport(flaky({ failOnFlaky: true }))).to.equal(1);
  });

  it('refuses to report on nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'merge-'));
    const failed = await mergeRuns([folder], join(folder, 'out')).catch((error: unknown) => String(error));
    expect(failed).to.contain('no run (a folder with results.jsonl) was found');
  });
});

describe('matrix', () => {
  const cell = (subject: string, family: string, verdicts: Readonly<Record<string, AttemptLine['verdict']>>) =>
    recordOfLines(
      wholeRun(
        Object.entries(verdicts).map(([id, verdict]) =>
          attemptLine(verdict, { spec: specInfo(id), subjects: [subject] }),
        ),
        { run: `${subject}-${family}`, facts: { family }, subjects: [] },
      ),
    );
  const matrix = matrixOf(
    reportOf([
      cell('iptables', 'ipv4', {
        'udp/all': 'fail',
        'udp/one': 'pass',
        'udp/six': 'pass',
        'udp/good': 'pass',
        'udp/unsure': 'inconclusive',
      }),
      cell('iptables', 'ipv6', {
        'udp/all': 'expected-fail',
        'udp/one': 'pass',
        'udp/six': 'fail',
        'udp/good': 'pass',
        'udp/unsure': 'skip',
      }),
      cell('nftables', 'ipv4', {
        'udp/all': 'fail',
        'udp/one': 'fail',
        'udp/six': 'pass',
        'udp/good': 'flaky',
        'udp/unsure': 'pass',
      }),
      cell('nftables', 'ipv6', {
        'udp/all': 'fail',
        'udp/one': 'fail',
        'udp/six': 'fail',
        'udp/good': 'pass',
        'udp/unsure': 'pass',
      }),
    ]),
  );

  it('tells "fails on all" from "fails on one subject" and "fails on one family"', () => {
    expect(Object.fromEntries(matrix.rows.map((row) => [row.spec, row.reading]))).to.deep.equal({
      'udp/all': 'fails on all 4',
      'udp/one': 'fails on nftables only',
      'udp/six': 'fails on ipv6 only',
      'udp/good': 'holds on all 4',
      'udp/unsure': 'holds on all 2; not judged on iptables ipv4',
    });
  });

  it('is Markdown and CSV with a row for each spec and a column for each subject and family', async () => {
    const lines = matrixMarkdown(matrix).trim().split('\n');
    expect(lines).to.have.length(7);
    expect(lines[2]).to.equal('| udp/all | ✗ fail | x expected-fail | ✗ fail | ✗ fail | fails on all 4 |');
    expect((await matrixCsv(matrix)).split('\n')[0]).to.equal(
      'spec,iptables ipv4,iptables ipv6,nftables ipv4,nftables ipv6,reading',
    );
  });

  it('gives a spreadsheet no formula', async () => {
    const hostile = matrixOf(reportOf([cell('=HYPERLINK("x")', 'ipv4', { '=1+1': 'pass' })]));
    expect(await matrixCsv(hostile)).to.not.match(/(^|,)"?=/m);
  });
});

describe('trend', function () {
  this.timeout(20_000);
  const run = (day: number, verdict: AttemptLine['verdict'], loss: readonly number[]) =>
    recordOfLines(
      wholeRun(
        loss.map((value, index) =>
          attemptLine(verdict, {
            repetition: index + 1,
            measures: [{ name: 'loss window', value, unit: 'ms', bound: 1000 }],
          }),
        ),
        { run: `run-${day}`, wall: `2026-11-0${day}T00:00:00.000Z` },
      ),
    );

  it('orders runs by time, takes the last ones and the median of repetitions', () => {
    const trend = trendOf([run(3, 'fail', [900]), run(1, 'pass', [1]), run(2, 'pass', [10, 400, 30])], 2);
    expect(trend.rows[0]?.looks.map((look) => [look.run, look.verdict])).to.deep.equal([
      ['run-2', 'pass'],
      ['run-3', 'fail'],
    ]);
    expect(trend.rows[0]?.measures[0]?.values).to.deep.equal([30, 900]);
  });

  it('draws a page with a chart of the measure and no script', async () => {
    const page = await trendPage(trendOf([run(1, 'pass', [1]), run(2, 'fail', [20])], 20));
    expect(page).to.contain('loss window').and.to.contain('<svg').and.to.contain('run-2: fail');
    expect(page).to.not.contain('<script');
  });
});
