/** The conntrack table of a node, read whole or narrowed by the kernel, and rows picked out of it. */
import type { EntryMatch } from './entry-match.ts';
import type { ClusterNode, IpFamily } from '../cluster/cluster.ts';
import { InconclusiveError } from '../run/verdict-errors.ts';
import { zoneOf, type ConntrackEntry } from './conntrack-entry.ts';
import { EXTENDED_WITH_ID, isRejected, parseRow } from './conntrack-row.ts';
import { mayConcern } from './unread-line.ts';

export interface ParsedTable {
  readonly entries: readonly ConntrackEntry[];
  /** Lines that are no rows, with their reason: a table that has any is no evidence. */
  readonly rejected: readonly UnreadLine[];
}

export interface UnreadLine {
  readonly error: string;
  readonly line: string;
}

/**
 * Parses what `conntrack -L -o extended,id` printed. Empty lines and the tool's own summary line do not count as rejected; a last
 * line without its end does, because it may be cut in the middle of a number.
 */
export function parseConntrackTable(text: string): ParsedTable {
  const entries: ConntrackEntry[] = [];
  const rejected: UnreadLine[] = [];
  let start = 0;
  while (start < text.length) {
    let end = text.indexOf('\n', start);
    const isCut = end === -1;
    if (isCut) end = text.length;
    if (end > start) {
      if (!text.startsWith('conntrack v', start)) {
        const parsed = parseRow(text, start, end, EXTENDED_WITH_ID);
        if (isRejected(parsed)) rejected.push({ error: parsed.error, line: text.slice(start, end) });
        else if (isCut)
          rejected.push({
            error: `the last line is cut: ${text.slice(start, end).slice(0, 200)}`,
            line: text.slice(start, end),
          });
        else entries.push(parsed);
      }
    }
    start = end + 1;
  }
  return { entries, rejected };
}

export function matchesEntry(entry: ConntrackEntry, match: EntryMatch): boolean {
  const { original, reply } = entry;
  return (
    (match.protocol === undefined || entry.protocol === match.protocol) &&
    (match.src === undefined || original.src === match.src) &&
    (match.sport === undefined || original.sport === match.sport) &&
    (match.dst === undefined || original.dst === match.dst) &&
    (match.dport === undefined || original.dport === match.dport) &&
    (match.replySrc === undefined || reply.src === match.replySrc) &&
    (match.replySport === undefined || reply.sport === match.replySport) &&
    (match.originalZone === undefined || zoneOf(entry, 'original') === match.originalZone) &&
    (match.replyZone === undefined || zoneOf(entry, 'reply') === match.replyZone)
  );
}

/**
 * Rows of the node that match. Throws InconclusiveError when the table cannot be read whole: when the tool failed, printed
 * another number of rows than it says, or a line that is no row and may have been one of these.
 */
export async function readConntrack(
  node: ClusterNode,
  family: IpFamily,
  match: EntryMatch,
  signal?: AbortSignal,
): Promise<readonly ConntrackEntry[]> {
  const options = { timeoutMs: 30_000, ...(signal === undefined ? {} : { signal }) };
  const { code, stdout, stderr } = await node.exec(conntrackListArgv(family, match), options);
  const what = `conntrack table of ${node.name}`;
  if (code !== 0) throw new InconclusiveError(`${what}: conntrack -L ended with ${code}: ${stderr.trim().slice(-200)}`);
  const { entries, rejected } = parseConntrackTable(stdout);
  const shown = SHOWN.exec(stderr)?.[1];
  if (shown === undefined || Number(shown) !== entries.length + rejected.length)
    throw new InconclusiveError(
      `${what} is cut: ${entries.length + rejected.length} lines came, and conntrack -L says that it printed ${shown ?? 'an unknown number of'} rows: ${stderr.trim().slice(-200)}`,
    );
  const [first, ...more] = rejected.filter(({ line }) => mayConcern(line, match));
  if (first !== undefined)
    throw new InconclusiveError(`${what}: ${more.length + 1} lines are no rows, the first: ${first.error}`);
  return entries.filter((entry) => matchesEntry(entry, match));
}

/** The tool's own count, on stderr behind the rows: a table that is cut between two lines holds fewer. */
const SHOWN = /(\d+) flow entries have been shown/;

/** Reply-direction fields are matched here and not by the tool: its reply filters mean the NATed address only. */
export function conntrackListArgv(family: IpFamily, match: EntryMatch): readonly string[] {
  const ports = match.protocol === 'udp' || match.protocol === 'tcp';
  return [
    'conntrack',
    '-L',
    '-f',
    family,
    '-o',
    'extended,id',
    ...(match.protocol === undefined ? [] : ['-p', match.protocol]),
    ...(match.src === undefined ? [] : ['--orig-src', match.src]),
    ...(match.dst === undefined ? [] : ['--orig-dst', match.dst]),
    ...(ports && match.sport !== undefined ? ['--orig-port-src', String(match.sport)] : []),
    ...(ports && match.dport !== undefined ? ['--orig-port-dst', String(match.dport)] : []),
  ];
}
