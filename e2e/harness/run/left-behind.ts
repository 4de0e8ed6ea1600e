/** An attempt that could not take back what it changed is not green, whatever it found. Pure. */
import type { AttemptLine, Verdict } from './result-schema.ts';
import { asExpected } from './verdict.ts';

const found: Readonly<Partial<Record<Verdict, string>>> = {
  pass: 'passed',
  skip: 'skipped',
  'expected-fail': 'failed as expected',
  flaky: 'passed in the end',
};

/**
 * `earlier`: clean-up errors of attempts before this one, which a retry does not mend. A verdict that is not green already
 * stays: clean-up never hides what was found.
 */
export function leftBehind<L extends Pick<AttemptLine, 'verdict' | 'reason' | 'failure'>>(
  line: L,
  own: readonly string[],
  earlier: readonly string[] = [],
): L {
  const errors = [...earlier, ...own];
  if (errors.length === 0 || !asExpected(line.verdict)) return line;
  const why = line.reason === undefined ? '' : ` (${line.reason})`;
  const message = `${found[line.verdict] ?? line.verdict}${why}, but its clean-up failed: ${errors.join('; ')}`;
  // What was judged before stays to be read.
  const causes = line.failure === undefined ? {} : { causes: [line.failure.message] };
  return { ...line, verdict: 'infrastructure-error', failure: { name: 'CleanupError', message, ...causes } };
}
