/** One whole line of `conntrack -E -o timestamp,id,extended`: a row that was made, changed or destroyed, when, and by whom. */
import type { ConntrackEntry } from './conntrack-entry.ts';
import { EXTENDED_WITH_ID, isRejected, parseConntrackEntry, type RejectedLine } from './conntrack-row.ts';

export interface ConntrackEvent {
  readonly kind: 'new' | 'update' | 'destroy';
  /** Wall clock of the node at receipt, milliseconds since the epoch. */
  readonly wallMs: number;
  readonly entry: ConntrackEntry;
  /**
   * Set when a program asked for it over netlink (`[USERSPACE]`), with its netlink port. Absent when the kernel did it:
   * expiry, or a masqueraded row whose device went away.
   */
  readonly userspace?: { readonly portId: number; readonly program?: string };
}

const kinds: Readonly<Record<string, ConntrackEvent['kind']>> = { NEW: 'new', UPDATE: 'update', DESTROY: 'destroy' };
const shape = /^\s*(?:\[(\d{1,12}\.\d{1,9})\s*\]\s+)?\[(NEW|UPDATE|DESTROY)\]\s+(.*)$/;
/** The program's name is the rest of the line: it may hold blanks. */
const author = / \[USERSPACE\] portid=(\d{1,10})(?: progname=(.*?))?\s*$/;

export function parseConntrackEvent(line: string): ConntrackEvent | RejectedLine {
  const parts = shape.exec(line);
  const [, time, kind, rest] = parts ?? [];
  if (kind === undefined || rest === undefined) return { error: `no event: ${line.slice(0, 200)}` };
  if (time === undefined) return { error: `no timestamp: ${line.slice(0, 200)}` };
  const by = author.exec(rest);
  const entry = parseConntrackEntry(by === null ? rest : rest.slice(0, by.index), EXTENDED_WITH_ID);
  if (isRejected(entry)) return entry;
  return {
    kind: kinds[kind] ?? 'update',
    wallMs: Number(time) * 1000,
    entry,
    ...(by === null
      ? {}
      : { userspace: { portId: Number(by[1]), ...(by[2] === undefined || by[2] === '' ? {} : { program: by[2] }) } }),
  };
}
