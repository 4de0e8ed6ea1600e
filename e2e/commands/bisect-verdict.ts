/** On which side of a boundary a release is, by what its run wrote. */
import type { Verdict } from '../harness/run/result-schema.ts';
import { outcomesOf, readRun, type RunRecord } from '../report/run-record.ts';
import { whyOf } from '../report/report-data.ts';
import type { Judged, Side } from './bisect-search.ts';

/** A known defect is bad all the same: it is the release that is looked for, not a surprise. */
const sides: Readonly<Partial<Record<Verdict, Side>>> = {
  pass: 'good',
  'unexpected-pass': 'good',
  fail: 'bad',
  'expected-fail': 'bad',
};

interface Asked {
  readonly spec: string;
  /** Name of the subject, with its version. */
  readonly name: string;
  readonly version: string;
}

export async function judgedIn(folder: string, asked: Asked): Promise<Judged> {
  return judgedOf(await readRun(folder), asked);
}

/** A release that tells another version than the one that was asked for says nothing about it. */
export function judgedOf(run: RunRecord, { spec, name, version }: Asked): Judged {
  const outcome = outcomesOf(run).find((one) => one.spec.id === spec);
  if (outcome === undefined) return { side: undefined, told: run.troubles.join('; ') || `${spec} was not selected` };
  const subject = run.start?.subjects.find((one) => one.name === name);
  if (subject === undefined) return { side: undefined, told: [`${name} did not stand`, ...run.troubles].join('; ') };
  if (subject.version !== version)
    return { side: undefined, told: `it says that it is version ${subject.version ?? '(not told)'}` };
  const why = whyOf(outcome);
  return { side: sides[outcome.verdict], told: why === '' ? outcome.verdict : `${outcome.verdict}, ${why}` };
}
