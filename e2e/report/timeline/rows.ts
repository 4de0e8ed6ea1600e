/** Packs a lane's marks into as few rows as keep them apart, and cuts each text to the room that is left. */
import { oneLine } from '../printable.ts';

export interface Mark {
  readonly at: number;
  readonly until?: number | undefined;
  readonly color: string;
  readonly text: string;
  /** What is written where the text has no room; may be empty. */
  readonly short: string;
}

export interface Row {
  /** The lane's name on its first row, '' on the others. */
  readonly label: string;
  readonly marks: readonly (Mark & { readonly label: string; readonly side: 'left' | 'right' })[];
}

/** A lane with more marks than this is a texture, not a text: one row. */
const DENSE = 60;
const MOST_ROWS = 6;
/** Pixels: an average character of the 11 px font, a point's symbol, and the room between neighbours. */
const CHARACTER = 6.2;
const SYMBOL = 12;
const GAP = 6;

export function rowsOfLane(
  lane: string,
  marks: readonly Mark[],
  [from, until]: readonly [number, number],
  width: number,
): readonly Row[] {
  if (marks.length === 0) return [];
  const pixel = (at: number): number => ((at - from) / (until - from)) * width;
  const mostRows = marks.length > DENSE ? 1 : MOST_ROWS;
  const rows: Mark[][] = [];
  const ends: number[] = [];
  for (const mark of atDistinctPixels(marks, pixel).map((one) => asPoint(one, pixel))) {
    const begin = pixel(mark.at);
    // A text that has room on a row of its own is worth that row; after the last row marks share.
    const wanted =
      mark.until === undefined ? begin + SYMBOL + GAP + Math.min(mark.text.length, 24) * CHARACTER : endOf(mark, pixel);
    let place = ends.findIndex((end) => end <= begin);
    if (place < 0) place = rows.length < mostRows ? rows.length : mostRows - 1;
    (rows[place] ??= []).push(mark);
    ends[place] = Math.max(ends[place] ?? 0, rows.length < mostRows ? wanted : endOf(mark, pixel));
  }
  return rows.map((row, index) => ({
    label: index === 0 ? shortened(oneLine(lane)) : '',
    marks: row.map((mark, place) => {
      const next = row[place + 1];
      const before = row[place - 1];
      const right = (next === undefined ? width : pixel(next.at) - GAP) - textStart(mark, pixel);
      // At the end of the picture a point's text stands before it, if that is free.
      const left = pixel(mark.at) - SYMBOL - (before === undefined ? 0 : width);
      const side =
        mark.until === undefined && next === undefined && left > right && right < mark.text.length * CHARACTER
          ? 'left'
          : 'right';
      return { ...mark, side, label: fitted(mark, Math.floor((side === 'left' ? left : right) / CHARACTER)) } as const;
    }),
  }));
}

/** Names of nodes and pods differ at their ends. */
function shortened(name: string): string {
  return name.length <= 25 ? name : `${name.slice(0, 8)}…${name.slice(-16)}`;
}

/** A bar that is too short to be seen is drawn as a point. */
function asPoint(mark: Mark, pixel: (at: number) => number): Mark {
  return mark.until !== undefined && pixel(mark.until) - pixel(mark.at) < 6 ? { ...mark, until: undefined } : mark;
}

function endOf(mark: Mark, pixel: (at: number) => number): number {
  return Math.max(pixel(mark.at) + SYMBOL, pixel(mark.until ?? mark.at));
}

/** Texts of bars begin inside the bar, texts of points behind the point. */
function textStart(mark: Mark, pixel: (at: number) => number): number {
  return mark.until === undefined ? pixel(mark.at) + SYMBOL : pixel(mark.at) + 4;
}

function fitted(mark: Mark, characters: number): string {
  if (characters >= Math.min(mark.text.length, 8)) return oneLine(mark.text, characters);
  return characters >= mark.short.length ? mark.short : '';
}

/** Thousands of log lines at one pixel are one tick; the table below the picture has them all. */
function atDistinctPixels(marks: readonly Mark[], pixel: (at: number) => number): readonly Mark[] {
  if (marks.length < 200) return marks;
  const seen = new Set<string>();
  return marks.filter((mark) => {
    const key = `${Math.round(pixel(mark.at))} ${Math.round(pixel(mark.until ?? mark.at))} ${mark.color}`;
    return !seen.has(key) && seen.add(key);
  });
}
