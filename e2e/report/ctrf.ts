/** Common Test Report Format (ctrf.io): the JSON that CI dashboards of several vendors read. */
import type { Verdict } from '../harness/run/result-schema.ts';
import { oneLine, printable } from './printable.ts';
import { elapsedOf, type ReportData, subjectLabel, whyOf } from './report-data.ts';
import type { Outcome } from './run-record.ts';

const STATUS = {
  pass: 'passed',
  flaky: 'passed',
  fail: 'failed',
  'unexpected-pass': 'failed',
  inconclusive: 'other',
  'infrastructure-error': 'other',
  'not-run': 'pending',
  skip: 'skipped',
  'expected-fail': 'skipped',
} as const satisfies Record<Verdict, string>;

type Status = (typeof STATUS)[Verdict];

/** The document; `rawStatus` and `extra` keep our own verdict, which has more words than the format. */
export function ctrfReport(report: ReportData): unknown {
  const tests = report.outcomes.map(test);
  const count = (status: Status): number => tests.filter((one) => one.status === status).length;
  const [run] = report.runs;
  const start = Date.parse(run?.start?.wall ?? '') || 0;
  const stop = Date.parse(report.runs.at(-1)?.end?.wall ?? '') || start;
  return {
    reportFormat: 'CTRF',
    specVersion: '0.0.0',
    results: {
      tool: { name: 'staleproof' },
      summary: {
        tests: tests.length,
        passed: count('passed'),
        failed: count('failed'),
        pending: count('pending'),
        skipped: count('skipped'),
        other: count('other'),
        start,
        stop,
        extra: { troubles: report.troubles.map(printable) },
      },
      tests,
      environment: {
        reportName: printable(report.title),
        extra: { ...run?.start?.facts, seed: run?.start?.seed ?? null },
      },
    },
  };
}

function test(outcome: Outcome) {
  const why = whyOf(outcome);
  const trace = outcome.decisive?.failure?.stack;
  return {
    name: outcome.spec.id,
    status: STATUS[outcome.verdict],
    rawStatus: outcome.verdict,
    duration: Math.round(elapsedOf(outcome)),
    suite: [outcome.spec.area, subjectLabel(outcome), outcome.family],
    tags: outcome.spec.tags,
    filePath: outcome.spec.file,
    retries: Math.max(0, outcome.attempts.length - 1),
    flaky: outcome.verdict === 'flaky',
    ...(why === '' ? {} : { message: oneLine(why) }),
    ...(trace === undefined ? {} : { trace: printable(trace) }),
    steps: (outcome.decisive?.steps ?? []).map((step) => ({
      name: printable(step.title),
      status: step.error === undefined ? ('passed' as const) : ('failed' as const),
    })),
    attachments: (outcome.decisive?.attachments ?? []).map((file) => ({
      name: file.name,
      contentType: file.mime,
      path: `${outcome.run.base}${file.path}`,
    })),
    extra: { measures: outcome.decisive?.measures ?? [] },
  };
}
