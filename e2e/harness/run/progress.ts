/** What runs right now: the live line, a line a minute where there is no terminal, and the report on SIGUSR2. */
import type { AttemptState } from './attempt-state.ts';
import { formatMs } from './budget.ts';
import type { RunClock } from './clock.ts';
import type { Console } from './console.ts';

export interface Progressing {
  readonly running: readonly AttemptState[];
  readonly waiting: number;
  /** Specs that ended after they had run; those that were skipped say nothing of the time that others take. */
  readonly ended: number;
  /** When the first spec began, on the run's clock. */
  readonly firstStartedAt: number | undefined;
}

/** Fewer tell too little of those that wait. */
const ENOUGH_TO_GUESS = 3;

/** Milliseconds to the end, as the specs so far went by; undefined as long as too few have ended. */
export function timeLeft(session: Progressing, now: number): number | undefined {
  const { ended, firstStartedAt, running, waiting } = session;
  if (ended < ENOUGH_TO_GUESS || firstStartedAt === undefined) return undefined;
  return ((now - firstStartedAt) / ended) * (waiting + running.length / 2);
}

/** How far the run is comes first, then what runs and where it is; what does not fit into `columns` is counted. */
export function liveText(session: Progressing, clock: Pick<RunClock, 'now'>, columns = Infinity): string {
  const now = clock.now();
  const left = timeLeft(session, now);
  const { ended, running, waiting } = session;
  const head = `▶ ${ended} done, ${running.length} running, ${waiting} waiting${left === undefined ? '' : `, about ${roughly(left)} left`}`;
  const parts = running.map((state) => `${state.info.id}: ${whereabouts(state)} ${formatMs(now - state.startedAt)}`);
  let text = head;
  for (const [index, part] of parts.entries()) {
    const others = parts.length - index - 1;
    const more = others === 0 ? '' : ` · +${others}`;
    if (text.length + part.length + 3 + more.length > columns) return `${text} · +${others + 1}`.slice(0, columns);
    text = `${text} · ${part}`;
  }
  return text;
}

/** In tens of seconds or in minutes: more digits would promise what a guess cannot hold. */
function roughly(ms: number): string {
  const seconds = Math.max(10, Math.ceil(ms / 10_000) * 10);
  return seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}

/** Several lines: each running spec with its step, since when, and its last piece of evidence. */
export function progressReport(session: Progressing | undefined, clock: RunClock): string[] {
  const now = clock.now();
  if (session === undefined) return [`progress after ${formatMs(now)}: no spec has started`];
  return [
    `progress after ${formatMs(now)}: ${session.running.length} running, ${session.waiting} waiting`,
    ...session.running.flatMap((state) => {
      const last = state.evidence.at(-1);
      return [
        `  ${state.info.id} attempt ${state.attempt}, ${formatMs(now - state.startedAt)}: ${whereabouts(state)}`,
        ...(last === undefined
          ? []
          : [`    last evidence ${formatMs(now - last.at)} ago: ${last.kind}: ${last.summary}`]),
      ];
    }),
  ];
}

function whereabouts(state: AttemptState): string {
  return state.phase === 'body' ? (state.currentStep ?? 'no step yet') : state.phase;
}

/** Returns the way to stop it. `everyMs` is for where there is no terminal. */
export function showProgress(console: Console, session: Progressing, clock: RunClock, everyMs: number): () => void {
  const timer = setInterval(
    () => {
      if (console.live) console.showLive(liveText(session, clock, (console.columns ?? 80) - 1));
      else if (session.running.length > 0) console.passing(liveText(session, clock));
    },
    console.live ? 500 : everyMs,
  );
  timer.unref();
  return () => {
    clearInterval(timer);
    console.showLive('');
  };
}
