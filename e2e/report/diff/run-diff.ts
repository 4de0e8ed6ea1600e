/** What two runs, or two subjects, say differently of the same claims. Pure: from their records. */
import type { Verdict } from '../../harness/run/result-schema.ts';
import { measuredOf, type ReportData, reportOf, subjectLabel, subjectsOf, whyOf } from '../report-data.ts';
import type { Outcome } from '../run-record.ts';
import { worst } from '../verdict-words.ts';

/**
 * `worse` and `better`: the claim held on one side and not on the other. `otherwise`: the same answer, but another verdict, known
 * defect or judgement. `undecided`: a side did not judge. `only-before` and `only-after`: the other side has no such claim.
 */
export type Change = 'worse' | 'better' | 'otherwise' | 'undecided' | 'only-before' | 'only-after' | 'same';

/** All outcomes of one claim by one subject under one family: several where it was repeated. */
export interface Judged {
  readonly subject: string;
  readonly verdict: Verdict;
  readonly outcomes: readonly Outcome[];
}

export interface ClaimDiff {
  readonly spec: string;
  readonly family: string;
  readonly change: Change;
  readonly before?: Judged | undefined;
  readonly after?: Judged | undefined;
}

export interface RunDiff {
  readonly claims: readonly ClaimDiff[];
  /** Facts of machine, suite and subjects that are not the same on both sides: they may be why. */
  readonly facts: readonly { readonly name: string; readonly before: string; readonly after: string }[];
  /** What is wrong with a run of either side. */
  readonly troubles: readonly string[];
}

const holds: readonly Verdict[] = ['pass', 'flaky', 'unexpected-pass'];
const fails: readonly Verdict[] = ['fail', 'expected-fail'];

/**
 * Subjects of one name stand against each other; where the names differ, as those of two releases do, the only one that is left on
 * a side stands against the only one of the other.
 */
export function diffOf(before: ReportData, after: ReportData): RunDiff {
  const [left, right] = [placesOf(before), placesOf(after)];
  const claims = [...new Set([...left.keys(), ...right.keys()])].flatMap((place) =>
    pairs(left.get(place) ?? [], right.get(place) ?? []).map((pair) => claimOf(place, pair)),
  );
  return {
    claims: claims.sort((a, b) => textOf(a).localeCompare(textOf(b))),
    facts: factsApart(before, after),
    troubles: [
      ...before.troubles.map((trouble) => `before: ${trouble}`),
      ...after.troubles.map((trouble) => `after: ${trouble}`),
    ],
  };
}

/** Outcomes of one subject alone. Throws RangeError when none is of it. */
export function ofSubject(report: ReportData, name: string): ReportData {
  const outcomes = report.outcomes.filter((outcome) => subjectLabel(outcome) === name);
  // What is wrong with a run that did not judge it says nothing of it.
  if (outcomes.length > 0) return { ...reportOf([...new Set(outcomes.map(({ run }) => run))]), outcomes };
  const names = [...new Set(report.outcomes.map(subjectLabel))];
  throw new RangeError(`${report.title} judged no ${name}; it judged ${names.join(', ') || 'nothing'}`);
}

/** By spec and family, what each subject got. */
function placesOf({ outcomes }: ReportData): ReadonlyMap<string, readonly Judged[]> {
  const places = new Map<string, Map<string, Outcome[]>>();
  for (const outcome of outcomes) {
    const place = `${outcome.spec.id}\n${outcome.family}`;
    const subjects = places.get(place) ?? new Map<string, Outcome[]>();
    places.set(place, subjects.set(subjectLabel(outcome), [...(subjects.get(subjectLabel(outcome)) ?? []), outcome]));
  }
  const judged = (subjects: ReadonlyMap<string, readonly Outcome[]>): readonly Judged[] =>
    [...subjects].map(([subject, all]) => ({
      subject,
      outcomes: all,
      verdict: worst(all.map(({ verdict }) => verdict)) ?? 'not-run',
    }));
  return new Map([...places].map(([place, subjects]) => [place, judged(subjects)]));
}

type Pair = Pick<ClaimDiff, 'before' | 'after'>;

function pairs(left: readonly Judged[], right: readonly Judged[]): readonly Pair[] {
  const named = left.flatMap((before): readonly Pair[] => {
    const after = right.find(({ subject }) => subject === before.subject);
    return after === undefined ? [] : [{ before, after }];
  });
  const leftOver = left.filter((one) => !named.some(({ before }) => before === one));
  const rightOver = right.filter((one) => !named.some(({ after }) => after === one));
  if (leftOver.length === 1 && rightOver.length === 1) return [...named, { before: leftOver[0], after: rightOver[0] }];
  return [...named, ...leftOver.map((before) => ({ before })), ...rightOver.map((after) => ({ after }))];
}

function claimOf(place: string, pair: Pair): ClaimDiff {
  const [spec = '', family = ''] = place.split('\n');
  return { spec, family, change: changeOf(pair), ...pair };
}

function changeOf({ before, after }: Pair): Change {
  if (before === undefined) return 'only-after';
  if (after === undefined) return 'only-before';
  const [was, is] = [answerOf(before), answerOf(after)];
  // What applies to neither side is no question between them.
  if (before.verdict === 'skip' && after.verdict === 'skip') return 'same';
  if (was === undefined || is === undefined) return 'undecided';
  if (was !== is) return is === 'fails' ? 'worse' : 'better';
  return signOf(before) === signOf(after) ? 'same' : 'otherwise';
}

/** A claim that did not hold once does not hold; one that was not judged once, and held else, is not known to. */
function answerOf({ outcomes }: Judged): 'holds' | 'fails' | undefined {
  if (outcomes.some(({ verdict }) => fails.includes(verdict))) return 'fails';
  return outcomes.every(({ verdict }) => holds.includes(verdict)) ? 'holds' : undefined;
}

/** What an answer looked like, without its figures, which differ from run to run. */
function signOf({ outcomes }: Judged): string {
  const signs = outcomes.map(({ verdict, decisive }) => {
    const judged = (decisive?.judgements ?? []).map(({ id, outcome }) => `${id}=${outcome}`);
    return [verdict, decisive?.defect?.id ?? '', ...new Set(judged)].join(' ');
  });
  return [...new Set(signs)].sort().join('\n');
}

function factsApart(before: ReportData, after: ReportData): RunDiff['facts'] {
  const [left, right] = [factsOf(before), factsOf(after)];
  return [...new Set([...left.keys(), ...right.keys()])]
    .map((name) => ({ name, before: told(left.get(name)), after: told(right.get(name)) }))
    .filter((fact) => fact.before !== fact.after);
}

const told = (values: ReadonlySet<string> | undefined): string =>
  values === undefined ? 'not told' : [...values].sort().join(', ');

function factsOf(report: ReportData): ReadonlyMap<string, ReadonlySet<string>> {
  const facts = new Map<string, Set<string>>();
  const add = (name: string, value: string): unknown =>
    facts.set(name, (facts.get(name) ?? new Set<string>()).add(value));
  const runs = new Set(report.outcomes.map(({ run }) => run));
  for (const { start } of runs) for (const [name, value] of Object.entries(start?.facts ?? {})) add(name, value);
  const judged = new Set(report.outcomes.flatMap(({ subjects }) => subjects));
  for (const { name, kind, version } of subjectsOf({ ...report, runs: [...runs] }))
    if (judged.has(name)) add(kind, version === undefined ? `${name} (version not told)` : `${name} (${version})`);
  return facts;
}

function textOf({ spec, family, before, after }: ClaimDiff): string {
  return [spec, family, before?.subject ?? '', after?.subject ?? ''].join('\n');
}

/** One side of a claim in a line: verdict, how often, what was measured or why. */
export function sideText(side: Judged): string {
  const shown = side.outcomes.find(({ verdict }) => verdict === side.verdict);
  const count = side.outcomes.filter(({ verdict }) => verdict === side.verdict).length;
  const often = side.outcomes.length === 1 ? '' : ` ${count} of ${side.outcomes.length}`;
  const why = shown === undefined ? '' : whyOf(shown) || measuredOf(shown);
  return `${side.verdict}${often}${why === '' ? '' : `, ${why}`}`;
}
