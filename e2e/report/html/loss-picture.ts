/** When replies were missing, as a picture of a line's height: all of a page have one scale, so that they can be compared. */
import { html } from 'hono/html';
import type { AttemptLine } from '../../harness/run/result-schema.ts';
import { duration, offset } from '../printable.ts';
import type { Html } from './document.ts';

export interface Losses {
  /** Milliseconds since the first fault, as in `windows`. */
  readonly until: number;
  readonly windows: readonly { readonly from: number; readonly until: number }[];
}

const LOSS = /(^|-)loss(-|$)/;
const LOST = /\b(loss|lost)\b/;
/** Shown before the fault, in milliseconds. */
const LEAD = 500;
const WIDTH = 180;
const HEIGHT = 16;
/** A loss of twenty milliseconds is one that a reader must see. */
const THINNEST = 2;

/** Undefined for attempts without a fault, or in which nobody counted what was lost: nothing seen is not nothing lost. */
export function lossesOf(attempt: AttemptLine | undefined): Losses | undefined {
  const fault = attempt?.evidence.filter(({ kind }) => kind === 'fault').map(({ at }) => at);
  if (attempt === undefined || fault === undefined || fault.length === 0) return undefined;
  const since = Math.min(...fault);
  const windows = attempt.evidence.flatMap(({ kind, at, until }) =>
    LOSS.test(kind) && until !== undefined && until > since - LEAD
      ? [{ from: Math.max(-LEAD, at - since), until: until - since }]
      : [],
  );
  const counted = windows.length > 0 || attempt.measures.some(({ name }) => LOST.test(name));
  return counted ? { windows, until: Math.max(1000, ...windows.map(({ until }) => until)) } : undefined;
}

/** The common scale: long enough for the longest of them. */
export function scaleOf(all: readonly (Losses | undefined)[]): number {
  return Math.max(1000, ...all.map((one) => one?.until ?? 0));
}

export function totalMs({ windows }: Losses): number {
  return windows.reduce((sum, { from, until }) => sum + until - Math.max(0, from), 0);
}

export function lossPicture(losses: Losses, scaleMs: number): Html {
  const x = (ms: number): number => Number((((ms + LEAD) / (scaleMs + LEAD)) * WIDTH).toFixed(1));
  return html`<svg
    class="loss"
    role="img"
    aria-label="${inWords(losses)}"
    viewBox="0 0 ${WIDTH} ${HEIGHT}"
    width="${WIDTH}"
    height="${HEIGHT}"
  >
    <title>${inWords(losses)}</title>
    <rect class="calm" x="0" y="4" width="${WIDTH}" height="8" />
    ${losses.windows.map(
      ({ from, until }) =>
        html`<rect class="lost" x="${x(from)}" y="1" width="${Math.max(THINNEST, x(until) - x(from))}" height="14" />`,
    )}
    <line class="fault" x1="${x(0)}" x2="${x(0)}" y1="0" y2="${HEIGHT}" />
  </svg>`;
}

function inWords({ windows }: Losses): string {
  if (windows.length === 0) return 'no reply was missing after the fault';
  const first = windows[0];
  return `replies were missing ${windows.length === 1 ? 'once' : `${windows.length} times`}, first at ${offset(first?.from ?? 0)} of the fault for ${duration((first?.until ?? 0) - (first?.from ?? 0))}`;
}
