/** What runs say about subject × spec, before anybody asks which of the subjects are known to be bad. Pure. */
import type { AttemptLine, Verdict } from '../../harness/run/result-schema.ts';
import { oneLine } from '../printable.ts';
import { whyOf } from '../report-data.ts';
import { cellVerdict } from '../watch-cell-verdict.ts';
import { type Outcome, outcomesOf, type RunRecord } from '../run-record.ts';

/** One subject under one spec in one run. */
export interface KillFact {
  readonly subject: string;
  /** `ipv4`, `ipv6`, `dual`; `-` without a cluster. */
  readonly family: string;
  readonly spec: string;
  /** Of every repetition; an attempt that failed before a retry passed counts too. */
  readonly verdicts: readonly Verdict[];
  readonly run: string;
  /** When the run began, ISO 8601. */
  readonly wall: string;
  /** Why it was not a plain pass, on one short line. */
  readonly reason: string;
  /** Bad judgements of the attempts that failed, each as `judgement: outcome`; absent in facts of before it was recorded. */
  readonly failed?: readonly string[];
}

const REASON_LENGTH = 200;

/** A run that never came to a subject yields nothing: its cells stay as they were. */
export function factsOf(run: RunRecord): readonly KillFact[] {
  const { start } = run;
  if (start === undefined) return [];
  const facts = new Map<string, KillFact>();
  for (const outcome of outcomesOf(run))
    for (const subject of outcome.subjects) {
      const verdicts = verdictsFor(subject, outcome);
      if (verdicts.length === 0) continue;
      const { family } = outcome;
      const spec = outcome.spec.id;
      const key = keyOf({ subject, family, spec });
      const before = facts.get(key);
      const told = oneLine(whyOf(outcome), REASON_LENGTH);
      facts.set(key, {
        ...{ subject, family, spec, run: run.name, wall: start.wall },
        verdicts: [...(before?.verdicts ?? []), ...verdicts],
        reason: before === undefined || before.reason === '' ? told : before.reason,
        ...failedAs(subject, outcome, before?.failed),
      });
    }
  return [...facts.values()];
}

/**
 * For each subject × family × spec the newest run counts, because it describes the suite as it is now. Only a run that
 * did not come to the spec, or skipped it, replaces nothing. The order of the arguments does not matter.
 */
export function mergeFacts(...lists: readonly (readonly KillFact[])[]): readonly KillFact[] {
  const merged = new Map<string, KillFact>();
  for (const fact of lists.flat()) {
    const there = merged.get(keyOf(fact));
    if (there === undefined || precedence(fact) > precedence(there)) merged.set(keyOf(fact), fact);
  }
  return [...merged.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

function precedence({ verdicts, wall, run }: KillFact): string {
  const rank = ['not-run', 'skip'].findIndex((mute) => verdicts.every((verdict) => verdict === mute));
  return `${rank < 0 ? 2 : rank} ${wall} ${run}`;
}

function keyOf({ subject, family, spec }: Pick<KillFact, 'subject' | 'family' | 'spec'>): string {
  return [subject, family, spec].join('\n');
}

function verdictsFor(subject: string, outcome: Outcome): readonly Verdict[] {
  if (outcome.decisive === undefined) return ['not-run'];
  const { decisive } = outcome;
  const told = outcome.attempts.filter((attempt) => attempt === decisive || attempt.verdict === 'fail');
  return told.flatMap((attempt) => verdictsOfAttempt(subject, attempt));
}

function failedAs(
  subject: string,
  { attempts }: Outcome,
  before: readonly string[] | undefined,
): Pick<KillFact, 'failed'> {
  const failing = attempts.filter(({ verdict }) => verdict === 'fail');
  if (failing.length === 0 || failing.some(({ judgements }) => judgements === undefined))
    return before === undefined ? {} : { failed: before };
  const bad = failing.flatMap(({ judgements = [] }) =>
    judgements.filter(({ ok, of }) => !ok && (of === undefined || of === subject)),
  );
  return { failed: [...new Set([...(before ?? []), ...bad.map(({ id, outcome }) => `${id}: ${outcome}`)])] };
}

/** Where clients are judged side by side, each has its own cells; one without a cell there was not judged. */
function verdictsOfAttempt(subject: string, attempt: AttemptLine): readonly Verdict[] {
  const cells = attempt.evidence.flatMap(({ kind, data }) =>
    kind === 'watch-cell' ? [data as { readonly client?: unknown; readonly verdict?: unknown }] : [],
  );
  if (cells.length === 0) {
    const sharedJudgement = attempt.subjects.length > 1 && ['pass', 'fail'].includes(attempt.verdict);
    return sharedJudgement ? [] : [attempt.verdict];
  }
  return cells
    .filter(({ client }) => client === subject)
    .map(({ verdict }) => cellVerdict(attempt, subject, String(verdict)) as Verdict)
    .map((verdict) => (verdict === 'fail' ? attempt.verdict : verdict));
}
