/**
 * JUnit XML in the dialect of Jenkins' xunit plugin (junit-10), which Maven Surefire, GitLab and GitHub actions read:
 * one suite per run, area and set of subjects, properties on the suite, one case per outcome.
 */
import type { AttemptLine, RunStartLine, Verdict } from '../harness/run/result-schema.ts';
import { oneLine, printable, quantity } from './printable.ts';
import { elapsedOf, type ReportData, subjectLabel, whyOf } from './report-data.ts';
import type { Outcome, RunRecord } from './run-record.ts';
import { shellQuoted } from './shell-quote.ts';
import { VERDICTS } from './verdict-words.ts';

type Node = Record<string, unknown>;

/** The document as a string. Attempts that did not decide become flakyFailure or rerunFailure (…Error) elements. */
export async function junitXml(report: ReportData): Promise<string> {
  const { create } = await import('xmlbuilder2');
  const suites = [...bySuite(report.outcomes).values()].map((group) => suite(group));
  const merge = { name: 'merge', troubles: report.incomplete };
  const runSuites = [merge, ...report.runs].filter(({ troubles }) => troubles.length > 0).map(troubleSuite);
  const all = [...suites, ...runSuites];
  const sum = (key: string): number => all.reduce((total, one) => total + Number(one[key]), 0);
  const document = {
    testsuites: {
      '@name': printable(report.title),
      '@tests': sum('@tests'),
      '@failures': sum('@failures'),
      '@errors': sum('@errors'),
      testsuite: all,
    },
  };
  return `${create({ version: '1.0', encoding: 'UTF-8' }, withoutEntities(document)).end({ prettyPrint: true })}\n`;
}

function bySuite(outcomes: readonly Outcome[]): Map<string, Outcome[]> {
  const groups = new Map<string, Outcome[]>();
  for (const outcome of outcomes) {
    const key = [outcome.run.name, ...placeOf(outcome), ...outcome.subjects].join('\n');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [outcome]);
    else group.push(outcome);
  }
  return groups;
}

function placeOf(outcome: Outcome): readonly string[] {
  return [outcome.spec.area, subjectLabel(outcome), outcome.family];
}

function suite(group: readonly Outcome[]): Node {
  const [first] = group;
  if (first === undefined) throw new Error('a suite needs at least one case');
  const kinds = group.map((outcome) => VERDICTS[outcome.verdict].junit);
  const count = (kind: string): number => kinds.filter((one) => one === kind).length;
  return {
    '@name': placeOf(first).map(printable).join(' · '),
    '@tests': group.length,
    '@failures': count('failure'),
    '@errors': count('error'),
    '@skipped': count('skipped'),
    '@time': seconds(group.reduce((total, outcome) => total + elapsedOf(outcome), 0)),
    ...(first.run.start === undefined ? {} : { '@timestamp': first.run.start.wall.replace(/\.\d+Z$/, '') }),
    properties: {
      property: properties(first).map(([name, value]) => ({
        '@name': printable(name),
        '@value': printable(value),
      })),
    },
    testcase: group.map(testcase),
  };
}

/**
 * The writer takes `&x;` for an entity that somebody meant, and reads its input as if it were written already: one that a pod
 * printed would end the document for everybody.
 */
function withoutEntities<T>(value: T): T {
  if (typeof value === 'string') return value.replaceAll('&', '&amp;amp;') as T;
  if (Array.isArray(value)) return value.map(withoutEntities) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutEntities(inner as unknown)])) as T;
}

/** What a dashboard needs to tell two runs apart. */
function properties(outcome: Outcome): readonly (readonly [string, string])[] {
  const { start, end } = outcome.run;
  const own = new Set(outcome.subjects);
  return [
    ['run', outcome.run.name],
    ['subject', outcome.subjects.join(' ')],
    ['family', outcome.family],
    ...(start === undefined ? [] : startProperties(start, own)),
    ...Object.entries(end?.guard ?? {}).map(([rule, packets]) => [`guard.${rule}`, String(packets)] as const),
  ];
}

function startProperties(start: RunStartLine, own: ReadonlySet<string>): readonly (readonly [string, string])[] {
  const subjects = start.subjects.filter((subject) => own.has(subject.name));
  return [
    ['seed', String(start.seed)],
    ['schema', String(start.schema)],
    ['argv', shellQuoted(start.argv)],
    ...(start.shard === undefined ? [] : [['shard', start.shard] as const]),
    ...Object.entries(start.facts),
    ...subjects.flatMap((subject) =>
      Object.entries(subject.versions).map(([part, version]) => [`version.${part}`, version] as const),
    ),
    ...subjects.flatMap((subject) =>
      subject.remarks.map((remark) => ['remark', `${subject.name}: ${remark}`] as const),
    ),
  ];
}

function testcase(outcome: Outcome): Node {
  const [area, subject, family] = placeOf(outcome).map((part) => printable(part).replaceAll('.', '_'));
  const name = outcome.spec.id.replace(`${outcome.spec.area}/`, '');
  return {
    '@name': printable(outcome.repetition > 1 ? `${name} (repetition ${outcome.repetition})` : name),
    '@classname': `staleproof.${area ?? ''}.${subject ?? ''}.${family ?? ''}`,
    '@time': seconds(elapsedOf(outcome)),
    ...verdictElement(outcome),
    ...earlierAttempts(outcome),
    'system-out': systemOut(outcome),
  };
}

function verdictElement(outcome: Outcome): Node {
  const { junit, label } = VERDICTS[outcome.verdict];
  const element = { '@type': outcome.verdict, '@message': oneLine(`${label}: ${whyOf(outcome)}`) };
  if (junit === 'pass') return {};
  if (junit === 'skipped') return { skipped: element };
  return { [junit]: { ...element, '#': printable(failureText(outcome.decisive)) } };
}

/** Flaky when the spec passed in the end, rerun when it did not; a failure unless the attempt could not judge. */
function earlierAttempts(outcome: Outcome): Node {
  const earlier = outcome.attempts.filter((attempt) => attempt !== outcome.decisive);
  const prefix = VERDICTS[outcome.verdict].standing === 'good' ? 'flaky' : 'rerun';
  const element = (attempt: AttemptLine): Node => ({
    '@type': attempt.verdict,
    '@message': oneLine(attempt.failure?.message ?? attempt.reason ?? attempt.verdict),
    stackTrace: printable(attempt.failure?.stack ?? ''),
    'system-out': `attempt ${attempt.attempt}, artefacts in ${printable(attempt.artifacts)}`,
  });
  const isError = (verdict: Verdict): boolean => VERDICTS[verdict].junit === 'error';
  const failures = earlier.filter((attempt) => !isError(attempt.verdict)).map(element);
  const errors = earlier.filter((attempt) => isError(attempt.verdict)).map(element);
  return {
    ...(failures.length === 0 ? {} : { [`${prefix}Failure`]: failures }),
    ...(errors.length === 0 ? {} : { [`${prefix}Error`]: errors }),
  };
}

function failureText(attempt: AttemptLine | undefined): string {
  const failure = attempt?.failure;
  const causes = (failure?.causes ?? []).map((cause) => `caused by: ${cause}`);
  return [failure?.message ?? attempt?.reason ?? '', ...causes, failure?.stack ?? '']
    .filter((text) => text !== '')
    .join('\n');
}

function systemOut(outcome: Outcome): string {
  const attempt = outcome.decisive ?? outcome.attempts.at(-1);
  if (attempt === undefined) return printable(outcome.spec.claim);
  const since = (at: number): string => `${((at - attempt.startedAt) / 1000).toFixed(3).padStart(9)} s`;
  return [
    `claim: ${outcome.spec.claim}`,
    ...attempt.measures.map((measure) => `measure: ${measure.name} ${quantity(measure.value, measure.unit)}`),
    ...attempt.steps.map(
      (step) => `${since(step.startedAt)}  step ${step.title}${step.error === undefined ? '' : ` ✗ ${step.error}`}`,
    ),
    ...attempt.evidence
      .map((piece, index) => ({ ...piece, number: `#${index + 1}` }))
      .sort((a, b) => a.at - b.at)
      .map(({ at, number, kind, lane, summary }) => `${since(at)}  ${number} ${kind} [${lane}] ${summary}`),
    ...attempt.cleanupErrors.map((error) => `clean-up: ${error}`),
    `artefacts: ${outcome.run.base}${attempt.artifacts}`,
  ]
    .map((line) => inert(line))
    .join('\n');
}

// Jenkins, GitLab and others obey [[ATTACHMENT|path]] and [[PROPERTY|a=b]] in the output; a pod must not give orders.
function inert(text: string): string {
  return printable(text).replaceAll('[[', '[ [');
}

/** A run that broke as a whole is an error case of its own: a consumer that reads only this file must see it. */
function troubleSuite(run: Pick<RunRecord, 'name' | 'troubles'>): Node {
  return {
    '@name': `run · ${printable(run.name)}`,
    '@tests': run.troubles.length,
    '@failures': 0,
    '@errors': run.troubles.length,
    '@skipped': 0,
    testcase: run.troubles.map((trouble, index) => ({
      '@name': `the run as a whole (${index + 1})`,
      '@classname': 'staleproof.run',
      '@time': '0',
      error: { '@type': 'infrastructure-error', '@message': oneLine(trouble), '#': printable(trouble) },
    })),
  };
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
