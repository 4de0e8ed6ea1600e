/** Whether a disturbed run ended as it has to. Pure. */
import { isDeepStrictEqual } from 'node:util';
import type { AttemptLine } from '../harness/run/result-schema.ts';
import type { Schedule } from './schedule.ts';
import type { Fault } from './world.ts';

export interface Ended {
  /** Absent: still there at the bound. */
  readonly exit: number | string | undefined;
  readonly durationMs: number;
  /** The last final attempt, when there is one. */
  readonly attempt: Pick<AttemptLine, 'verdict' | 'reason' | 'failure'> | undefined;
  readonly output: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly neededGc: boolean;
  /** Names of faults that came before the run's end. */
  readonly struck: readonly string[];
}

export interface Judged {
  readonly schedule: Schedule;
  readonly exit: string;
  readonly durationMs: number;
  readonly struck: readonly string[];
  readonly verdict: string;
  /** What the run said of itself. */
  readonly sentence: string;
  readonly restoredBy: 'the run' | 'gc' | 'nobody';
  /** Empty: as it has to be. */
  readonly problems: readonly string[];
}

const allowed = ['inconclusive', 'infrastructure-error', 'pass'];

export function judgeSchedule(schedule: Schedule, faults: Readonly<Record<string, Fault>>, ended: Ended): Judged {
  const struck = ended.struck.flatMap((name) => faults[name] ?? []);
  const killed = struck.some(({ silent }) => silent === true);
  const { attempt } = ended;
  const verdict = attempt?.verdict ?? (killed ? 'killed' : 'none');
  const sentence = attempt?.reason ?? attempt?.failure?.message ?? troubleIn(ended.output);
  const problems: string[] = [];
  if (ended.exit === undefined) problems.push(`still running after ${(ended.durationMs / 1000).toFixed(0)} s`);
  if (attempt !== undefined && !allowed.includes(attempt.verdict)) problems.push(`wrong verdict ${attempt.verdict}`);
  if (attempt === undefined && !killed && sentence === '') problems.push('ended without a verdict or a sentence');
  // A fault that did no harm need not be named: the spec passed, and nobody is accused.
  const harmed = !killed && (attempt === undefined || attempt.verdict !== 'pass');
  const all = `${sentence}\n${attempt?.failure?.message ?? ''}\n${(attempt?.failure?.causes ?? []).join('\n')}\n${ended.output}`;
  if (harmed && !struck.some(({ named }) => named.test(all))) problems.push('the sentence names no fault');
  if (!killed && harmed && ended.exit === 0) problems.push('exit 0 although it was harmed');
  const restored = isDeepStrictEqual(ended.before, ended.after);
  if (!restored) problems.push(`left behind: ${differenceText(ended.before, ended.after)}`);
  return {
    schedule,
    exit: String(ended.exit ?? 'none'),
    durationMs: ended.durationMs,
    struck: ended.struck,
    verdict,
    sentence: sentence.split('\n')[0]?.slice(0, 300) ?? '',
    restoredBy: restored ? (ended.neededGc ? 'gc' : 'the run') : 'nobody',
    problems,
  };
}

/** What a run says that has no result for its spec. */
function troubleIn(output: string): string {
  return output.split('\n').find((line) => /infrastructure-error:|SIGTERM:|SIGINT:|set-up failed/.test(line)) ?? '';
}

function differenceText(before: unknown, after: unknown): string {
  const [was, is] = [before, after].map((value) => (typeof value === 'object' && value !== null ? value : { value }));
  return Object.keys({ ...was, ...is })
    .map((key) => [key, (was as Record<string, unknown>)[key], (is as Record<string, unknown>)[key]] as const)
    .filter(([, a, b]) => !isDeepStrictEqual(a, b))
    .map(([key, a, b]) => `${key} was ${JSON.stringify(a)}, is ${JSON.stringify(b)}`)
    .join('; ');
}
