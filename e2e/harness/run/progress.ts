/** What runs right now: the live line, a line a minute where there is no terminal, and the report on SIGUSR2. */
import type { AttemptState } from './attempt-state.ts';
import { formatMs } from './budget.ts';
import type { RunClock } from './clock.ts';
import type { Console } from './console.ts';

export interface Progressing {
  readonly running: readonly AttemptState[];
  readonly waiting: number;
}

export function liveText(session: Progressing, clock: RunClock): string {
  const now = clock.now();
  const parts = session.running.map(
    (state) => `${state.info.id}: ${whereabouts(state)} ${formatMs(now - state.startedAt)}`,
  );
  return `▶ ${parts.length} running, ${session.waiting} waiting · ${parts.join(' · ')}`;
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
      if (console.live) console.showLive(liveText(session, clock));
      else if (session.running.length > 0) console.line(liveText(session, clock));
    },
    console.live ? 500 : everyMs,
  );
  timer.unref();
  return () => {
    clearInterval(timer);
    console.showLive('');
  };
}
