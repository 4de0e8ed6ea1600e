/**
 * Whatever a pod printed may reach a report: escape sequences, NUL, lone surrogates, bidirectional overrides.
 * Here they become visible or vanish; escaping for HTML, XML, Markdown or CSV is each format's own job.
 */
import { stripVTControlCharacters } from 'node:util';

// C0 and C1 controls but for tab and newline, what XML 1.0 cannot hold, and the marks that reorder text.
// eslint-disable-next-line no-control-regex -- these are the characters to be replaced
const UNPRINTABLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufffe\uffff]/g;

/** Text that every format can hold: terminal sequences gone, other controls shown as U+FFFD. Keeps newlines and tabs. */
export function printable(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\r\n/g, '\n')
    .replace(UNPRINTABLE, '\ufffd')
    .replace(/\p{Surrogate}/gu, '\ufffd');
}

/** The same on one line, cut to at most `max` characters with an ellipsis. */
export function oneLine(text: string, max = Infinity): string {
  const flat = printable(text).replace(/\s+/g, ' ').trim();
  return flat.length > max ? `${flat.slice(0, Math.max(0, max - 1))}…` : flat;
}

/** `340 ms`, `12.3 s`, `4 min 10 s`. Argument in milliseconds. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** A measured value without noise digits. */
export function quantity(value: number, unit: string): string {
  const rounded = Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
  return unit === '' ? rounded : `${rounded} ${unit}`;
}

/** Signed offset on a clock, in seconds with milliseconds: `+1.234 s`. */
export function offset(ms: number): string {
  return `${ms < 0 ? '−' : '+'}${(Math.abs(ms) / 1000).toFixed(3)} s`;
}
