/** What happened around an attempt goes into its reason. Pure. */
import type { AttemptLine } from './result-schema.ts';

/** `changes` empty: the line as it was. A fail becomes inconclusive, for what was judged was not the subject alone. */
export function explained(line: AttemptLine, changes: readonly string[]): AttemptLine {
  if (changes.length === 0) return line;
  const meanwhile = `meanwhile ${changes.join('; ')}`;
  const said = line.failure?.message ?? line.reason ?? line.verdict;
  const failure = line.failure === undefined ? {} : { failure: { ...line.failure, message: `${said}; ${meanwhile}` } };
  if (line.verdict !== 'fail') return { ...line, ...failure, reason: `${line.reason ?? said}; ${meanwhile}` };
  return { ...line, ...failure, verdict: 'inconclusive', reason: `${meanwhile}, so this accuses nobody: ${said}` };
}
