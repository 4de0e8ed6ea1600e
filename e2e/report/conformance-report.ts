/**
 * A conformance report in the shape of the gateway-api's: one document per subject and family, a profile per area,
 * core and extended apart. Result `success` means that every core spec ran and held; one that was skipped, not run or
 * could not be judged makes it `partial`, one that failed `failure` whatever the known-defects table says.
 */
import { dump } from 'js-yaml';
import { oneLine, printable } from './printable.ts';
import { type ReportData, subjectLabel, subjectsOf, whyOf } from './report-data.ts';
import type { Outcome } from './run-record.ts';
import { worst } from './verdict-words.ts';

type Result = 'success' | 'partial' | 'failure';

interface Status {
  readonly result: Result;
  readonly statistics: { readonly passed: number; readonly skipped: number; readonly failed: number };
  readonly failedTests?: readonly string[];
  readonly skippedTests?: readonly string[];
  readonly inconclusiveTests?: readonly string[];
  readonly flakyTests?: readonly string[];
}

interface Profile {
  readonly name: string;
  readonly summary: string;
  readonly core?: Status;
  readonly extended?: Status & {
    readonly supportedFeatures?: readonly string[];
    readonly unsupportedFeatures?: readonly string[];
  };
}

export interface ConformanceReport {
  readonly apiVersion: 'staleproof/v1';
  readonly kind: 'ConformanceReport';
  readonly date: string;
  readonly implementation: {
    readonly name: string;
    readonly kind: string;
    readonly versions: Readonly<Record<string, string>>;
  };
  readonly remarks?: readonly string[];
  readonly mode: { readonly family: string; readonly facts: Readonly<Record<string, string>> };
  readonly runs: readonly string[];
  readonly succeeded: boolean;
  readonly profiles: readonly Profile[];
  readonly reasons?: Readonly<Record<string, string>>;
}

/** One report per subject × family, by name; several subjects judged together count as one. */
export function conformanceReports(report: ReportData): ReadonlyMap<string, ConformanceReport> {
  const groups = new Map<string, Outcome[]>();
  for (const outcome of report.outcomes) {
    if (outcome.subjects.length === 0) continue;
    const key = [outcome.family, ...outcome.subjects].join('\n');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [outcome]);
    else group.push(outcome);
  }
  const documents = new Map<string, ConformanceReport>();
  for (const group of groups.values()) {
    const document = reportFor(report, group);
    const family = document.mode.family === '-' ? '' : `-${document.mode.family}`;
    const name = fileNameOf(`${document.implementation.name}${family}`);
    documents.set(documents.has(name) ? `${name}-${documents.size + 1}` : name, document);
  }
  return documents;
}

/** YAML as it is written to a file. */
export function conformanceYaml(report: ConformanceReport): string {
  return dump(report, { lineWidth: 120, noRefs: true });
}

function reportFor(report: ReportData, group: readonly Outcome[]): ConformanceReport {
  const [first] = group;
  if (first === undefined) throw new Error('a conformance report needs at least one outcome');
  const subjects = subjectsOf(report).filter((subject) => first.subjects.includes(subject.name));
  const remarks = subjects.flatMap((subject) => subject.remarks.map(printable));
  const areas = [...new Set(group.map((outcome) => outcome.spec.area))];
  const made = areas.map((area) =>
    profile(
      area,
      group.filter((outcome) => outcome.spec.area === area),
      report.incomplete.length === 0,
    ),
  );
  const unclean = group.filter((outcome) => outcome.verdict !== 'pass');
  const reasons = Object.fromEntries([
    ...report.incomplete.map((problem, index) => [`merge (${index + 1})`, oneLine(problem, 400)]),
    ...unclean.map((outcome) => [outcome.spec.id, `${outcome.verdict}: ${oneLine(whyOf(outcome), 400)}`]),
  ]) as Readonly<Record<string, string>>;
  return {
    apiVersion: 'staleproof/v1',
    kind: 'ConformanceReport',
    date: first.run.start?.wall ?? '',
    implementation: {
      name: subjectLabel(first),
      kind: [...new Set(subjects.map((subject) => subject.kind))].join(' + '),
      versions: Object.fromEntries(subjects.flatMap((subject) => Object.entries(subject.versions))),
    },
    ...(remarks.length === 0 ? {} : { remarks }),
    mode: { family: first.family, facts: first.run.start?.facts ?? {} },
    runs: [...new Set(group.map((outcome) => outcome.run.name))],
    succeeded:
      made.every((one) => one.core === undefined || one.core.result === 'success') &&
      made.some((one) => one.core !== undefined),
    profiles: made,
    ...(Object.keys(reasons).length === 0 ? {} : { reasons }),
  };
}

/** Without a shard nobody knows which core specs are missing: that is partial, however good the others are. */
function profile(area: string, outcomes: readonly Outcome[], complete: boolean): Profile {
  const core = outcomes.filter((outcome) => outcome.spec.core);
  const rest = outcomes.filter((outcome) => !outcome.spec.core);
  const coreStatus = core.length === 0 ? undefined : status(core, complete);
  const extended = rest.length === 0 ? undefined : status(rest, complete);
  const features = (wanted: boolean): readonly string[] =>
    idsWhere(rest, (verdict) => (verdict !== 'skip' && verdict !== 'not-run') === wanted);
  return {
    name: area.toUpperCase(),
    summary: `core tests ${words(coreStatus)}; extended tests ${words(extended)}`,
    ...(coreStatus === undefined ? {} : { core: coreStatus }),
    ...(extended === undefined
      ? {}
      : { extended: { ...extended, supportedFeatures: features(true), unsupportedFeatures: features(false) } }),
  };
}

/** A spec counts once: repetitions collapse to their worst verdict. */
function status(outcomes: readonly Outcome[], complete: boolean): Status {
  const passed = idsWhere(
    outcomes,
    (verdict) => verdict === 'pass' || verdict === 'flaky' || verdict === 'unexpected-pass',
  );
  const failed = idsWhere(outcomes, (verdict) => verdict === 'fail' || verdict === 'expected-fail');
  const skipped = idsWhere(outcomes, (verdict) => verdict === 'skip' || verdict === 'not-run');
  const unclear = idsWhere(outcomes, (verdict) => verdict === 'inconclusive' || verdict === 'infrastructure-error');
  const flaky = idsWhere(outcomes, (verdict) => verdict === 'flaky');
  const unsettled = skipped.length + unclear.length + flaky.length;
  return {
    result: failed.length > 0 ? 'failure' : unsettled > 0 || !complete ? 'partial' : 'success',
    statistics: { passed: passed.length, skipped: skipped.length + unclear.length, failed: failed.length },
    ...(failed.length === 0 ? {} : { failedTests: failed }),
    ...(skipped.length === 0 ? {} : { skippedTests: skipped }),
    ...(unclear.length === 0 ? {} : { inconclusiveTests: unclear }),
    ...(flaky.length === 0 ? {} : { flakyTests: flaky }),
  };
}

function idsWhere(outcomes: readonly Outcome[], accept: (verdict: Outcome['verdict']) => boolean): readonly string[] {
  const ids = [...new Set(outcomes.map((outcome) => outcome.spec.id))];
  return ids.filter((id) => {
    const verdict = worst(outcomes.filter((outcome) => outcome.spec.id === id).map((outcome) => outcome.verdict));
    return verdict !== undefined && accept(verdict);
  });
}

function words(status: Status | undefined): string {
  if (status === undefined) return 'none selected';
  const verb = { success: 'succeeded', partial: 'partially succeeded', failure: 'failed' }[status.result];
  const { passed, skipped, failed } = status.statistics;
  return `${verb} with ${passed} passed, ${skipped} skipped or unsettled, ${failed} failed`;
}

/** Subject names hold `@`, `+` and spaces; a file name keeps what every file system and URL takes as it is. */
function fileNameOf(text: string): string {
  return text.replace(/[^A-Za-z0-9@+._-]+/g, '-').replace(/^[.-]+/, '');
}
