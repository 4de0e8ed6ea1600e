/**
 * Where everything stands on a timeline: panels for series, rows for evidence and steps, one clock for all.
 * Times in the layout are milliseconds since the attempt's start. Nothing here knows how it is drawn.
 */
import type { AttemptLine, EvidenceRecord } from '../../harness/run/result-schema.ts';
import { oneLine } from '../printable.ts';
import { colorOfKind, SERIES_COLORS } from './palette.ts';
import { type Row, rowsOfLane, type Mark } from './rows.ts';
import { thinDots, thinSteps } from './thinning.ts';

export const WIDTH = 1200;
export const PLOT = { left: 170, right: 24, top: 78 } as const;
export const PLOT_WIDTH = WIDTH - PLOT.left - PLOT.right;
const PANEL = { height: 120, gap: 34 } as const;
const ROW_HEIGHT = 22;
const FOOT = 56;

const LOSS = /(^|-)loss(-|$)/;

export interface Panel {
  readonly title: string;
  readonly top: number;
  readonly height: number;
  /** Dots for things that arrive (sequence numbers), steps for a level that holds until it changes. */
  readonly style: 'dots' | 'steps';
  readonly series: readonly { readonly name: string; readonly color: string; readonly points: readonly Point[] }[];
}
type Point = readonly [number, number];

export interface Layout {
  readonly height: number;
  readonly domain: readonly [number, number];
  readonly panels: readonly Panel[];
  readonly rows: readonly Row[];
  readonly rowsTop: number;
  readonly rowsHeight: number;
  readonly faults: readonly { readonly at: number; readonly number: number }[];
  readonly losses: readonly { readonly from: number; readonly until: number }[];
  readonly kinds: readonly { readonly kind: string; readonly color: string }[];
}

/** Evidence in the order of the clock; its index + 1 is the number that picture and table share. */
export function numberedEvidence(attempt: AttemptLine): readonly EvidenceRecord[] {
  return attempt.evidence.toSorted((a, b) => a.at - b.at);
}

export function layOut(attempt: AttemptLine): Layout {
  const evidence = numberedEvidence(attempt);
  const since = (at: number): number => at - attempt.startedAt;
  const domain = domainOf(attempt);
  const panels = panelsOf(attempt, domain);
  const rows = [
    ...lanesOf(evidence).flatMap((lane) => rowsOfLane(lane, markEvidence(evidence, lane, since), domain, PLOT_WIDTH)),
    ...rowsOfLane('steps', markSteps(attempt, since), domain, PLOT_WIDTH),
  ];
  const rowsTop = PLOT.top + panels.length * (PANEL.height + PANEL.gap);
  const kinds = [...new Set(evidence.map((piece) => piece.kind))];
  return {
    height: rowsTop + rows.length * ROW_HEIGHT + FOOT,
    domain,
    panels,
    rows,
    rowsTop,
    rowsHeight: rows.length * ROW_HEIGHT,
    faults: evidence.flatMap((piece, index) =>
      piece.kind === 'fault' ? [{ at: since(piece.at), number: index + 1 }] : [],
    ),
    losses: evidence.flatMap((piece) =>
      LOSS.test(piece.kind) && piece.until !== undefined ? [{ from: since(piece.at), until: since(piece.until) }] : [],
    ),
    kinds: kinds.map((kind) => ({ kind: oneLine(kind, 30), color: colorOfKind(kind) })),
  };
}

function domainOf(attempt: AttemptLine): readonly [number, number] {
  let from = attempt.startedAt;
  let until = Math.max(attempt.endedAt, attempt.startedAt + 1);
  const stretch = (at: number): void => {
    from = Math.min(from, at);
    until = Math.max(until, at);
  };
  for (const piece of attempt.evidence) {
    stretch(piece.at);
    stretch(piece.until ?? piece.at);
  }
  for (const { points } of attempt.series) for (const [at] of points) stretch(at);
  return [from - attempt.startedAt, until - attempt.startedAt];
}

function panelsOf(attempt: AttemptLine, domain: readonly [number, number]): readonly Panel[] {
  const lanes = [...new Set(attempt.series.map((series) => series.lane))];
  return lanes.map((lane, index) => {
    const members = attempt.series.filter((series) => series.lane === lane);
    const unit = members[0]?.unit ?? '';
    const style = /seq/i.test(unit) || /seq/i.test(lane) ? 'dots' : 'steps';
    const thin = style === 'dots' ? thinDots : thinSteps;
    return {
      title: oneLine(unit === '' || unit === lane ? lane : `${lane} (${unit})`, 60),
      top: PLOT.top + index * (PANEL.height + PANEL.gap),
      height: PANEL.height,
      style,
      series: members.map((series, place) => ({
        name: oneLine(series.name, 40),
        color: SERIES_COLORS[place % SERIES_COLORS.length] ?? '#0072b2',
        points: thin(
          held(
            style,
            series.points.map(([at, value]) => [at - attempt.startedAt, value] as const),
            domain,
          ),
          domain,
          PLOT_WIDTH,
          PANEL.height,
        ),
      })),
    };
  });
}

/** A level holds until the end of the picture; what arrives does not. */
function held(style: Panel['style'], points: readonly Point[], [, until]: readonly [number, number]): readonly Point[] {
  const last = points.at(-1);
  return style === 'dots' || last === undefined || last[0] >= until ? points : [...points, [until, last[1]]];
}

/** Faults first: they are what everything below is read against. */
function lanesOf(evidence: readonly EvidenceRecord[]): readonly string[] {
  const lanes = [...new Set(evidence.map((piece) => piece.lane))];
  const faulty = (lane: string): boolean => evidence.some((piece) => piece.lane === lane && piece.kind === 'fault');
  return [...lanes.filter(faulty), ...lanes.filter((lane) => !faulty(lane))];
}

function markEvidence(
  evidence: readonly EvidenceRecord[],
  lane: string,
  since: (at: number) => number,
): readonly Mark[] {
  return evidence.flatMap((piece, index) =>
    piece.lane === lane
      ? [
          {
            at: since(piece.at),
            until: piece.until === undefined ? undefined : since(piece.until),
            color: colorOfKind(piece.kind),
            text: oneLine(`#${index + 1} ${piece.summary}`, 120),
            short: `#${index + 1}`,
          },
        ]
      : [],
  );
}

function markSteps(attempt: AttemptLine, since: (at: number) => number): readonly Mark[] {
  return attempt.steps.map((step) => ({
    at: since(step.startedAt),
    until: since(step.endedAt ?? attempt.endedAt),
    color: step.error === undefined ? '#cbd5e1' : '#fca5a5',
    text: oneLine(step.error === undefined ? step.title : `${step.title} ✗`, 120),
    short: '',
  }));
}
