/** One run as its lines tell it, and the outcome of each selected spec. */
import { basename, join } from 'node:path';
import type {
  AttemptLine,
  NoteLine,
  ResultLine,
  RunEndLine,
  RunStartLine,
  SpecInfo,
  SubjectInfo,
  Verdict,
} from '../harness/run/result-schema.ts';
import { type LineOrProblem, laterSubjects, readResultLines } from './result-lines.ts';

export interface RunRecord {
  readonly name: string;
  /** Where artefact paths of this run begin, seen from the report that is written: '' in the run's own folder. */
  readonly base: string;
  readonly start?: RunStartLine | undefined;
  readonly end?: RunEndLine | undefined;
  readonly attempts: readonly AttemptLine[];
  readonly notes: readonly NoteLine[];
  /** What is wrong with the run as a whole: unreadable lines, infrastructure notes, a missing end. */
  readonly troubles: readonly string[];
}

/** A spec under one subject, family and repetition, with every attempt at it. */
export interface Outcome {
  readonly run: RunRecord;
  readonly spec: SpecInfo;
  readonly subjects: readonly string[];
  readonly family: string;
  readonly repetition: number;
  readonly verdict: Verdict;
  readonly reason?: string | undefined;
  /** The attempt that decided; undefined when none did. */
  readonly decisive?: AttemptLine | undefined;
  readonly attempts: readonly AttemptLine[];
}

/** Reads a run's folder. Never throws for what the folder holds: that becomes the record's troubles. */
export async function readRun(folder: string, base = ''): Promise<RunRecord> {
  const lines: LineOrProblem[] = [];
  for await (const line of readResultLines(join(folder, 'results.jsonl'))) lines.push(line);
  return recordOf(lines, basename(folder), base);
}

/** For lines that are already at hand. */
export function recordOfLines(lines: readonly ResultLine[], name = 'run', base = ''): RunRecord {
  return recordOf(
    lines.map((line) => ({ ok: true, line })),
    name,
    base,
  );
}

function recordOf(lines: readonly LineOrProblem[], name: string, base: string): RunRecord {
  let start: RunStartLine | undefined;
  let end: RunEndLine | undefined;
  const attempts: AttemptLine[] = [];
  const notes: NoteLine[] = [];
  const troubles: string[] = [];
  for (const read of lines) {
    if (!read.ok) troubles.push(read.problem);
    else if (read.line.type === 'run-start') start = read.line;
    else if (read.line.type === 'attempt') attempts.push(read.line);
    else if (read.line.type === 'run-end') end = read.line;
    else {
      notes.push(read.line);
      if (read.line.level === 'infrastructure-error') troubles.push(read.line.summary);
    }
  }
  if (start === undefined) troubles.push('the run has no first line: it ended before any spec was selected');
  if (end === undefined) troubles.push('the run has no last line: it was killed, or it still runs');
  else if (end.interrupted !== undefined) troubles.push(`the run was interrupted: ${end.interrupted}`);
  if (start !== undefined) start = { ...start, subjects: subjectsOfRun(start.subjects, notes) };
  return { name: start?.run ?? name, base, start, end, attempts, notes, troubles };
}

/** Subjects that stood only after the first specs had started tell their versions in a note. */
function subjectsOfRun(first: readonly SubjectInfo[], notes: readonly NoteLine[]): readonly SubjectInfo[] {
  const later = new Map(notes.flatMap(({ data }) => laterSubjects(data)).map((subject) => [subject.name, subject]));
  return first.map((subject) => later.get(subject.name) ?? subject);
}

/** In definition order; a selected spec without a deciding attempt comes out as not-run. */
export function outcomesOf(run: RunRecord): readonly Outcome[] {
  const groups = new Map<string, AttemptLine[]>();
  for (const line of run.attempts) {
    const key = [line.spec.id, line.repetition, ...line.subjects].join('\n');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [line]);
    else group.push(line);
  }
  const family = familyOf(run);
  const outcomes = [...groups.values()].map((group) => outcomeOf(run, family, group));
  const seen = new Set(outcomes.map((outcome) => outcome.spec.id));
  const order = new Map((run.start?.specs ?? []).map((spec, index) => [spec.id, index]));
  for (const spec of run.start?.specs ?? []) if (!seen.has(spec.id)) outcomes.push(neverRan(run, family, spec));
  const rank = (outcome: Outcome): number => order.get(outcome.spec.id) ?? order.size;
  return outcomes.sort((a, b) => rank(a) - rank(b) || a.repetition - b.repetition);
}

function outcomeOf(run: RunRecord, family: string, group: readonly AttemptLine[]): Outcome {
  const attempts = group.toSorted((a, b) => a.attempt - b.attempt);
  const decisive = attempts.findLast((line) => line.final);
  const any = decisive ?? attempts[0];
  if (any === undefined) throw new Error('an outcome needs at least one attempt');
  // A skipped spec judged nobody: it belongs to whom it would have judged.
  const subjects = any.subjects.length > 0 ? any.subjects : subjectsOfSpecThatNeverRan(run, any.spec);
  const shared = { run, spec: any.spec, subjects, family, repetition: any.repetition, attempts };
  if (decisive === undefined)
    return {
      ...shared,
      verdict: 'not-run',
      reason: `ended after attempt ${any.attempt}, before the retry that decides`,
    };
  const retried = attempts.length > 1 && decisive.verdict === 'pass';
  return { ...shared, decisive, verdict: retried ? 'flaky' : decisive.verdict, reason: decisive.reason };
}

/** Named by --backend as well: what a cluster stands on. */
const BACKEND_KIND = 'service-proxy';

/** When set-up failed no subject is there yet: what was asked for keeps a broken cell in its column of the matrix. */
function subjectsOfSpecThatNeverRan(run: RunRecord, spec: SpecInfo): readonly string[] {
  const there = run.start?.subjects ?? [];
  const kind = spec.judges ?? kindByNeighbours(run, spec);
  const judged = there.filter((subject) => subject.kind === kind);
  if (there.length > 0) return (judged.length > 0 ? judged : there).map((subject) => subject.name);
  const { backend, subject } = run.start?.options ?? {};
  if (typeof backend === 'string' && (kind === undefined || kind === BACKEND_KIND)) return [backend];
  return Array.isArray(subject) ? subject.filter((name): name is string => typeof name === 'string') : [];
}

/** Runs of before 2026-12 do not say whom a spec judges: specs of one area judge one kind, and those that ran name it. */
function kindByNeighbours(run: RunRecord, spec: SpecInfo): string | undefined {
  const names = run.attempts.filter((line) => line.spec.area === spec.area).flatMap((line) => line.subjects);
  return run.start?.subjects.find(({ name }) => names.includes(name))?.kind;
}

/** The reason of a spec that was selected and not begun, in a run whose troubles say why. */
export const NOT_REACHED = 'the run ended before it, for the reason that is given for the run';

function neverRan(run: RunRecord, family: string, spec: SpecInfo): Outcome {
  // What ended the run is said once, of the run: it would stand here as often as there are specs.
  const reason = run.troubles.length > 0 ? NOT_REACHED : 'the run ended without a result for it';
  const subjects = subjectsOfSpecThatNeverRan(run, spec);
  return { run, spec, subjects, family, repetition: 1, attempts: [], verdict: 'not-run', reason };
}

/** `ipv4`, `ipv6` or `dual`; `-` when the run did not say. */
function familyOf(run: RunRecord): string {
  const option = run.start?.options['family'] ?? run.start?.options['ipFamily'] ?? run.start?.options['ip-family'];
  return run.start?.facts['family'] ?? (typeof option === 'string' ? option : '-');
}
