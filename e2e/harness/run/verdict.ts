/** From how a body ended to a verdict. Errors are told by name: a class may exist twice when two loaders read its file. */
import { EXIT } from './exit-codes.ts';
import type { FailureRecord, Verdict } from './result-schema.ts';
import type { JudgementParts } from './verdict-errors.ts';

/** Verdicts that leave the exit code 0. */
export const expectedVerdicts: readonly Verdict[] = ['pass', 'skip', 'expected-fail', 'flaky'];
export const asExpected = (verdict: Verdict): boolean => expectedVerdicts.includes(verdict);

const byName: Readonly<Record<string, Verdict>> = {
  JudgementError: 'fail',
  AssertionError: 'fail',
  InconclusiveError: 'inconclusive',
  SkipError: 'skip',
};

export function verdictOf(error: unknown): Verdict {
  return error instanceof Error ? (byName[error.name] ?? 'infrastructure-error') : 'infrastructure-error';
}

export function failureOf(error: unknown): FailureRecord {
  if (!(error instanceof Error))
    return { name: 'thrown value', message: typeof error === 'string' ? error : JSON.stringify(error) };
  const parts = error.name === 'JudgementError' ? (error as unknown as { parts: JudgementParts }).parts : undefined;
  const causes = causesOf(error);
  return {
    name: error.name,
    message: error.message,
    ...(error.stack === undefined ? {} : { stack: withoutEngine(error.stack) }),
    ...parts,
    ...(causes.length === 0 ? {} : { causes }),
  };
}

/** Frames below the body are the engine's, the same for every spec. */
function withoutEngine(stack: string): string {
  const lines = stack.split('\n');
  const engine = lines.findIndex((line) => /^\s+at .*harness\/run\/(attempt|session|scheduler)\.ts/.test(line));
  return (engine === -1 ? lines : lines.slice(0, engine)).join('\n');
}

/** The chain of causes and the members of aggregates, outermost first. */
function causesOf(error: Error, depth = 0): string[] {
  if (depth > 8) return [];
  const members = error instanceof AggregateError ? error.errors : [];
  return [error.cause, ...(members as unknown[])].flatMap((inner) => {
    if (inner === undefined) return [];
    if (!(inner instanceof Error)) return [typeof inner === 'string' ? inner : JSON.stringify(inner)];
    return [`${inner.name}: ${inner.message}`, ...causesOf(inner, depth + 1)];
  });
}

/** The exit code of a run that was not interrupted. A fail outweighs what could not be judged. */
export function exitCodeOf(
  counts: Readonly<Partial<Record<Verdict, number>>>,
  troubles: number,
  failOnFlaky: boolean,
): number {
  const some = (...verdicts: readonly Verdict[]) => verdicts.some((verdict) => (counts[verdict] ?? 0) > 0);
  if (some('fail', 'unexpected-pass') || (failOnFlaky && some('flaky'))) return EXIT.failed;
  if (some('inconclusive', 'infrastructure-error', 'not-run') || troubles > 0) return EXIT.infrastructure;
  return EXIT.asExpected;
}
