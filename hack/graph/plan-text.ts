/** A plan as people read it: when each part starts, how long it should take, and when which specs can start. */
import { formatDuration } from '../process/steps.ts';
import { forecast, nothingYet, type Progress, standsInMs } from './forecast.ts';
import type { GraphPart, Widths } from './part-graph.ts';

/** Specs that start together: when all of `after` stand. */
export interface Goal {
  /** `udp`, `race and capture`. */
  readonly name: string;
  readonly after: readonly string[];
}

const laneNames: Readonly<Record<GraphPart['lane'], string>> = {
  core: 'compiler',
  network: 'download',
  packages: 'dpkg',
  docker: 'Docker',
};

/** A line a part, by start, then a line a goal. `there`: what stands already. */
export function planText(
  parts: readonly GraphPart[],
  goals: readonly Goal[],
  options: { readonly widths: Widths; readonly there?: readonly string[] },
): readonly string[] {
  const { widths, there = [] } = options;
  const forecasts = forecast(parts, widths);
  const byName = new Map(parts.map((part) => [part.name, part]));
  const whole = Math.max(0, ...forecasts.map(({ endsMs }) => endsMs));
  const nameWidth = Math.max(0, ...forecasts.map(({ name }) => name.length));
  const lines = forecasts.map(({ name, startsMs, endsMs }) => {
    const lane = laneNames[byName.get(name)?.lane ?? 'core'];
    const takes = formatDuration(endsMs - startsMs).padStart(12);
    return `  ${clock(startsMs)}  ${name.padEnd(nameWidth)}  ${takes}  ${lane}`;
  });
  const head =
    parts.length === 0
      ? 'set-up: all parts stand'
      : `set-up: ${parts.length} part${parts.length === 1 ? '' : 's'}, about ${formatDuration(whole)}`;
  return [
    head,
    ...lines,
    ...(there.length === 0 ? [] : [`  there already: ${there.join(', ')}`]),
    ...goals.map((goal) => `  ${goalText(goal, standsInMs(forecasts, goal.after))}`),
  ];
}

/** `udp in about 5 min 10 s, race in about 9 min` — for what does not stand yet. */
export function remainingText(
  parts: readonly GraphPart[],
  goals: readonly Goal[],
  widths: Widths,
  progress: Progress = nothingYet,
): string {
  const unmade = new Set(parts.map(({ name }) => name).filter((name) => !progress.done.has(name)));
  const open = goals.filter(({ after }) => after.some((name) => unmade.has(name)));
  const forecasts = forecast(parts, widths, progress);
  return open.map((goal) => goalText(goal, standsInMs(forecasts, goal.after))).join(', ');
}

function goalText({ name }: Goal, ms: number): string {
  return ms === 0 ? `${name} now` : `${name} in about ${formatDuration(ms)}`;
}

/** `0:00`, `12:05`. */
function clock(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return `${String(Math.floor(seconds / 60)).padStart(3)}:${String(seconds % 60).padStart(2, '0')}`;
}
