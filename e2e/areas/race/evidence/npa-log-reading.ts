/** Why an agent's log does not show what was waited for. A form that is not known is named as that, never as a fault of the agent. */
import semver from 'semver';
import type { NpaLogFollower } from './npa-log-follower.ts';

const NOT_READ = "this version's log cannot be read";

type Log = Pick<NpaLogFollower, 'lines' | 'unknown' | 'counts'>;

/** For a cleanup pass that was not seen among the lines from `from` on. */
export function whyNoPass(log: Log, from: number): string {
  const [unknown] = log.unknown;
  if (unknown !== undefined)
    return `${NOT_READ}: ${log.counts.unknown} of ${log.counts.all} lines have a form that is not known, the first: ${unknown}`;
  if (log.counts.all === 0) return 'the log said nothing at all: it is elsewhere, or the agent does not log';
  const lines = log.lines.slice(from);
  const failed = lines.find((line) => line.type === 'pass-failed');
  if (failed !== undefined) return `the agent says "${failed.reason}" (cleaning needs NET_ADMIN and SYS_ADMIN)`;
  const says = (type: string): boolean => lines.some((line) => line.type === type);
  if (says('pass-done') && !says('hydrated'))
    return `${NOT_READ}: it ends passes and does not say when the map was read, as agents before 1.1.2 do not`;
  if (says('pass-start')) return 'passes begin and none is carried out, as without NET_ADMIN and SYS_ADMIN';
  return `${log.counts.all} lines came and none of a cleanup pass, as without NET_ADMIN and SYS_ADMIN`;
}

/** Deletes or denials that the log does not tell of, though it has to; undefined when there are none. */
export function hiddenDeletes(log: Log, from: number, logLevel: string | undefined): string | undefined {
  const [unknown] = log.unknown;
  if (unknown !== undefined)
    return `${NOT_READ}: ${log.counts.unknown} lines have a form that is not known, the first: ${unknown}`;
  const lines = log.lines.slice(from);
  const counted = lines.reduce((sum, line) => sum + (line.type === 'pass-done' ? (line.deleted ?? 0) : 0), 0);
  // Lines about ballast are left out on the node, so the counts need not agree; only that it tells of none is a sign.
  if (counted === 0 || lines.some(({ type }) => type === 'delete')) return undefined;
  if (logLevel === undefined || logLevel === 'debug') return undefined;
  return `it deleted ${counted} entries and its log tells of none: from 1.5.0 on it does so at --log-level=debug only, and runs with ${logLevel}`;
}

/** Levels from the one that tells most. */
const LEVELS = ['debug', 'info', 'warn', 'error'];

/**
 * What an agent's log level hides of that which judging needs, in one sentence; undefined where it hides nothing. Denials are told at
 * info. Deletes are told at info up to 1.4.3 and at debug from 1.5.0 on. An agent without the flag runs with debug.
 *
 * @param version what the agent says of itself; unknown: only what every version hides is said
 */
export function hiddenByLevel(
  logLevel: string | undefined,
  version: string | undefined,
  where: string,
): string | undefined {
  const level = LEVELS.indexOf(logLevel ?? 'debug');
  const tellsDeletesAtDebug = version !== undefined && semver.gte(version, '1.5.0');
  const least = tellsDeletesAtDebug ? 'debug' : 'info';
  // A word that is none of these is for the agent to refuse.
  if (level <= LEVELS.indexOf(least)) return undefined;
  return `the agent on ${where} runs with --log-level=${logLevel ?? ''}: of ${version ?? 'its version'} it has to be ${least}, or its log does not tell of deletes`;
}
