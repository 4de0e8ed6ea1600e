/**
 * The mochawesome page from our own lines, not through the mocha reporter: the reporter never sees earlier attempts,
 * expected failures or why a spec was skipped. Its generator (marge) draws it, everything inlined into one file.
 */
import { createHash } from 'node:crypto';
import { writeContained } from '../harness/run/contained-path.ts';
import type { AttemptLine } from '../harness/run/result-schema.ts';
import { duration, offset, oneLine, printable } from './printable.ts';
import { elapsedOf, measuredOf, type ReportData, subjectLabel, whyOf } from './report-data.ts';
import type { Outcome } from './run-record.ts';
import { numberedEvidence } from './timeline/layout.ts';
import { VERDICTS } from './verdict-words.ts';

/** Where each attempt's timeline was written, relative to the page. */
export type PictureFiles = ReadonlyMap<AttemptLine, string>;

type State = 'passed' | 'failed' | 'pending' | 'skipped';

/** Long lists make marge's page slow; the rest stands in index.html and results.jsonl. */
const MOST_LINES = 200;

/** Writes `<folder>/<name>.html` and `.json`; returns their names. */
export async function writeMochawesome(
  report: ReportData,
  folder: string,
  pictures: PictureFiles = new Map(),
  name = 'mochawesome',
): Promise<readonly string[]> {
  const { default: marge } = await import('mochawesome-report-generator');
  // Its generator follows links that came with a folder; what stands there has to be a file before it writes.
  for (const end of ['html', 'json']) await writeContained(folder, `${name}.${end}`, '');
  await marge.create(mochawesomeData(report, pictures), {
    reportDir: folder,
    reportFilename: name,
    reportTitle: `staleproof ${oneLine(report.title, 80)}`,
    reportPageTitle: 'staleproof',
    inlineAssets: true,
    charts: true,
    code: false,
    quiet: true,
    saveJson: true,
    saveHtml: true,
    overwrite: true,
    timestamp: false,
    showSkipped: true,
  });
  return [`${name}.html`, `${name}.json`];
}

/** The JSON that mochawesome writes: a suite per area and subjects, a test per outcome. */
export function mochawesomeData(report: ReportData, pictures: PictureFiles = new Map()): unknown {
  const areas = [...new Set(report.outcomes.map(suiteTitle))];
  const suites = areas.map((title) =>
    suite(
      title,
      report.outcomes.filter((outcome) => suiteTitle(outcome) === title),
      pictures,
    ),
  );
  const states = report.outcomes.map((outcome) => stateOf(outcome));
  const count = (state: State): number => states.filter((one) => one === state).length;
  const tests = states.length;
  const [first] = report.runs;
  const root = {
    ...suite('', [], pictures),
    title: printable(report.troubles.join(' · ')),
    root: true,
    rootEmpty: true,
    suites,
  };
  return {
    stats: {
      suites: suites.length,
      tests,
      passes: count('passed'),
      pending: count('pending'),
      failures: count('failed'),
      start: first?.start?.wall ?? new Date(0).toISOString(),
      end: report.runs.at(-1)?.end?.wall ?? first?.start?.wall ?? new Date(0).toISOString(),
      duration: Math.max(0, ...report.runs.map((run) => run.end?.at ?? 0)),
      testsRegistered: tests,
      passPercent: tests === 0 ? 0 : (100 * count('passed')) / tests,
      pendingPercent: tests === 0 ? 0 : (100 * count('pending')) / tests,
      other: 0,
      hasOther: false,
      skipped: count('skipped'),
      hasSkipped: count('skipped') > 0,
    },
    results: [root],
    meta: { staleproof: { run: first?.name ?? '' } },
  };
}

function suiteTitle(outcome: Outcome): string {
  return `${outcome.spec.area} on ${subjectLabel(outcome)} (${outcome.family})`;
}

function suite(title: string, outcomes: readonly Outcome[], pictures: PictureFiles) {
  const tests = outcomes.map((outcome, index) => test(outcome, pictures, title, index));
  const ids = (state: State): readonly string[] => tests.filter((one) => one.state === state).map((one) => one.uuid);
  return {
    uuid: uuidOf(title),
    title: printable(title),
    fullFile: '',
    file: '',
    beforeHooks: [],
    afterHooks: [],
    tests,
    suites: [],
    passes: ids('passed'),
    failures: ids('failed'),
    pending: ids('pending'),
    skipped: ids('skipped'),
    duration: tests.reduce((sum, one) => sum + one.duration, 0),
    root: false,
    rootEmpty: false,
    _timeout: 0,
  };
}

function test(outcome: Outcome, pictures: PictureFiles, suiteName: string, index: number) {
  const state = stateOf(outcome);
  const title = printable(`${VERDICTS[outcome.verdict].label} ${outcome.spec.id} ${outcome.spec.title}`);
  const failure = outcome.decisive?.failure;
  return {
    title,
    fullTitle: `${printable(suiteName)} ${title}`,
    timedOut: false,
    duration: Math.round(elapsedOf(outcome)),
    state: state === 'skipped' ? null : state,
    speed: state === 'passed' ? 'fast' : null,
    pass: state === 'passed',
    fail: state === 'failed',
    pending: state === 'pending',
    context: JSON.stringify(contextOf(outcome, pictures)),
    code: '',
    err:
      state === 'failed'
        ? {
            message: printable(`${outcome.verdict}: ${whyOf(outcome)}`),
            estack: printable(failure?.stack ?? whyOf(outcome)),
            diff: null,
          }
        : {},
    uuid: uuidOf(`${suiteName}\n${index}\n${outcome.spec.id}`),
    parentUUID: uuidOf(suiteName),
    isHook: false,
    skipped: state === 'skipped',
  };
}

function stateOf(outcome: Outcome): State {
  if (outcome.verdict === 'not-run') return 'skipped';
  // As under plain mocha with mochawesome as its reporter, which knows no other word for what went as it has to.
  if (outcome.verdict === 'expected-fail') return 'passed';
  return { pass: 'passed', failure: 'failed', error: 'failed', skipped: 'pending' }[
    VERDICTS[outcome.verdict].junit
  ] as State;
}

/**
 * marge turns a bare string that looks like an address into a link and one that ends in `png` into a picture with a
 * link, whatever its scheme. So text from a run always stands in a list, which is shown as text; only paths that we
 * made relative are bare. It has no SVG among its pictures, hence the `#.png`, which a browser ignores.
 */
function contextOf(
  outcome: Outcome,
  pictures: PictureFiles,
): readonly { readonly title: string; readonly value: unknown }[] {
  const list = (title: string, values: readonly string[]): readonly { title: string; value: unknown }[] => {
    const lines = values.map(printable).filter((value) => value !== '');
    return lines.length === 0 ? [] : [{ title, value: lines }];
  };
  return [
    ...list('claim', [outcome.spec.claim]),
    ...list('why', [whyOf(outcome)]),
    ...(outcome.verdict === 'expected-fail' ? list('known defect', defectLines(outcome)) : []),
    ...list('measured', [measuredOf(outcome)]),
    ...outcome.attempts.flatMap((attempt) => {
      const name = outcome.attempts.length > 1 ? ` (attempt ${attempt.attempt}: ${attempt.verdict})` : '';
      const picture = pictures.get(attempt);
      return [
        ...(picture === undefined ? [] : [{ title: `timeline${name}`, value: `./${picture}#.png` }]),
        ...list(`evidence${name}`, evidenceLines(attempt)),
        ...list(`steps${name}`, stepLines(attempt)),
        ...list(
          `files${name}`,
          [attempt.artifacts, ...attempt.attachments.map((file) => file.path)].map((path) => outcome.run.base + path),
        ),
      ];
    }),
    ...list(
      'background',
      outcome.spec.refs.map((ref) => `${ref.title} ${ref.url}`),
    ),
  ];
}

function defectLines({ decisive }: Outcome): readonly string[] {
  const defect = decisive?.defect;
  return defect === undefined ? [] : [`${defect.id}: ${defect.reason}`, defect.link];
}

function stepLines(attempt: AttemptLine): readonly string[] {
  return attempt.steps.map((step) => {
    const error = step.error === undefined ? '' : ` ✗ ${step.error}`;
    return `${offset(step.startedAt - attempt.startedAt)}  ${'  '.repeat(step.depth)}${step.title}${error}`;
  });
}

function evidenceLines(attempt: AttemptLine): readonly string[] {
  const lines = numberedEvidence(attempt).map((piece) => {
    const lasting = piece.until === undefined ? '' : ` for ${duration(piece.until - piece.at)}`;
    return printable(
      `${offset(piece.at - attempt.startedAt)}${lasting}  ${piece.kind} [${piece.lane}] ${piece.summary}`,
    );
  });
  return lines.length <= MOST_LINES
    ? lines
    : [...lines.slice(0, MOST_LINES), `… ${lines.length - MOST_LINES} more in results.jsonl`];
}

/** The same lines give the same page: identifiers are hashes, not random. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
