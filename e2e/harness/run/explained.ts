/** What happened around an attempt goes into its reason. Pure. */
import type { AttemptLine } from './result-schema.ts';
import type { SeenAround } from './surroundings.ts';

/**
 * Nothing seen: the line as it was. A fail becomes inconclusive, for what was judged was not the subject alone; so does a pass,
 * for what did not go wrong on a node that stood still proves nothing. That nobody could look changes no verdict.
 */
export function explained(line: AttemptLine, { events, unseen }: SeenAround): AttemptLine {
  if (line.verdict === 'skip' || (events.length === 0 && (unseen.length === 0 || line.verdict === 'pass'))) return line;
  const meanwhile =
    events.length === 0
      ? `what happened around it could not be looked at: ${unseen.join('; ')}`
      : `meanwhile ${events.join('; ')}`;
  const said = line.failure?.message ?? line.reason ?? line.verdict;
  const failure = line.failure === undefined ? {} : { failure: { ...line.failure, message: `${said}; ${meanwhile}` } };
  if (line.verdict === 'pass')
    return { ...line, verdict: 'inconclusive', reason: `${meanwhile}, so this pass proves nothing` };
  if (events.length > 0 && line.verdict === 'fail')
    return { ...line, ...failure, verdict: 'inconclusive', reason: `${meanwhile}, so this accuses nobody: ${said}` };
  return { ...line, ...failure, reason: `${line.reason ?? said}; ${meanwhile}` };
}
