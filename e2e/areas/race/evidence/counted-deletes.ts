/** What an agent counts as deleted beside what it tells of, entry by entry. Pure. */
import type { NpaLogLine } from './npa-log.ts';

export interface CountedDeletes {
  /** Passes that said how many entries they deleted; none: an agent that does not count, as before 1.5.0. */
  readonly passes: number;
  readonly counted: number;
  /** Lines about a deleted entry in the same passes. */
  readonly told: number;
}

/** Of whole passes alone: from the first beginning to the last end among `lines`. */
export function countedDeletes(lines: readonly NpaLogLine[]): CountedDeletes {
  const first = lines.findIndex(({ type }) => type === 'pass-start');
  const last = lines.findLastIndex(({ type }) => type === 'pass-done');
  const whole = first === -1 ? [] : lines.slice(first, last + 1);
  const counts = whole.flatMap((line) => (line.type === 'pass-done' && line.deleted !== undefined ? line.deleted : []));
  return {
    passes: counts.length,
    counted: counts.reduce((sum, count) => sum + count, 0),
    told: whole.filter(({ type }) => type === 'delete').length,
  };
}
